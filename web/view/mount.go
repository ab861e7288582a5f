package view

import (
	"context"
	"regexp"
)

type mountKey struct{}

// WithMount has pages rendered for a wizard whose root is at a path, such as /demo/wizard, without a slash at its end.
func WithMount(ctx context.Context, path string) context.Context {
	return context.WithValue(ctx, mountKey{}, path)
}

// MountOf returns the path of the wizard's root, empty for the root of its host. A wizard at a path is one of the
// public demo's: its visitors do not sign in, and its browser keeps nothing.
func MountOf(ctx context.Context) string {
	path, _ := ctx.Value(mountKey{}).(string)
	return path
}

// ownAddress matches the attributes of a rendered page that hold an address of ours. Templates escape the quotation
// marks of text, so that it is found in tags only.
var ownAddress = regexp.MustCompile(` (href|src|action|formaction|hx-get|hx-sse:connect|data-base|data-copy-url)="/`)

// mounted returns a rendered page whose addresses begin at the wizard's root.
func mounted(ctx context.Context, page []byte) []byte {
	path := MountOf(ctx)
	if path == "" {
		return page
	}
	return ownAddress.ReplaceAll(page, []byte(` ${1}="`+path+`/`))
}
