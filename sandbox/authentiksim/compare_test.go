package authentiksim_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// leftOut returns the keys that the simulator answers differently on purpose, and why.
func leftOut() map[string]string {
	return map[string]string{
		"cache_count":         "the number of cached plans of a flow: the simulator has no such cache and returns 0",
		"sentry_dsn":          "the address for error reports: the simulator sends none",
		"avatar":              "a drawing of the initials: the simulator has its own",
		"pending_user_avatar": "the same drawing",
		"policy expression":   "the simulator lists the default policies without their code",
	}
}

// ids returns the keys whose numbers are IDs or times.
func ids() []string {
	return []string{"pk", "num_pk", "provider", "user", "users", "user_pk", "id", "exp", "iat", "auth_time"}
}

// unordered returns the keys whose lists have no fixed order in a real authentik.
func unordered() []string {
	return []string{"property_mappings", "scopes_supported", "claims_supported"}
}

// random holds the patterns of texts that differ every time: IDs, times, hashes and tokens.
var random = []*regexp.Regexp{
	regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`),
	regexp.MustCompile(`^([0-9a-f]{32}|[0-9a-f]{64})$`),
	regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$`),
	regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`),
	regexp.MustCompile(`^([0-9a-f]{2}:){19,}[0-9a-f]{2}$`),
	regexp.MustCompile(`^[A-Za-z0-9]{40}$`),
	regexp.MustCompile(`^[A-Za-z0-9]{60}$`),
	regexp.MustCompile(`^[A-Za-z0-9]{128}$`),
	regexp.MustCompile(`^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$`),
	regexp.MustCompile(`^/api/v3/crypto/certificatekeypairs/[0-9a-f-]{36}/view_certificate/\?download$`),
	regexp.MustCompile(`^/api/v3/crypto/certificatekeypairs/[0-9a-f-]{36}/view_private_key/\?download$`),
	regexp.MustCompile(`^/api/v3/core/users/\d+/set_password/$`),
}

// keyMaterial returns the keys of a JWKS whose values are the key itself.
func keyMaterial() []string {
	return []string{"kid", "n", "x", "y", "x5c", "x5t", "x5t#S256"}
}

// comparison collects the differences between an answer and the recorded one.
type comparison struct {
	path        string          // the request's path
	allowed     map[string]bool // additional keys that the simulator may have
	differences []string
}

func (c *comparison) differ(at, format string, args ...any) {
	c.differences = append(c.differences, at+": "+fmt.Sprintf(format, args...))
}

func (c *comparison) responses(want, got response) {
	if got.Status != want.Status {
		c.differ("status", "got %d, want %d", got.Status, want.Status)
	}
	for _, name := range []string{"content-type", "allow", "www-authenticate", "cache-control"} {
		if got.Headers[name] != want.Headers[name] {
			c.differ(name, "got %q, want %q", got.Headers[name], want.Headers[name])
		}
	}
	if got.Title != want.Title || got.CardTitle != want.CardTitle {
		c.differ("page", "got %q, %q, want %q, %q", got.Title, got.CardTitle, want.Title, want.CardTitle)
	}
	c.locations(want.Headers["location"], got.Headers["location"])
	c.values("body", "", want.JSON, got.JSON)
}

// locations compares the targets of two redirects, ignoring the code.
func (c *comparison) locations(want, got string) {
	wanted, wrong := url.Parse(want)
	found, err := url.Parse(got)
	if wrong != nil || err != nil {
		c.differ("location", "is invalid: %v %v", wrong, err)
		return
	}
	a, b := wanted.Query(), found.Query()
	if a.Has("code") && b.Has("code") {
		a.Del("code")
		b.Del("code")
	}
	wanted.RawQuery, found.RawQuery = a.Encode(), b.Encode()
	if wanted.String() != found.String() {
		c.differ("location", "got %s, want %s", got, want)
	}
}

func (c *comparison) values(at, key string, want, got any) {
	if c.leftOut(key) {
		want, got = fmt.Sprintf("%T", want), fmt.Sprintf("%T", got)
	}
	switch want := want.(type) {
	case map[string]any:
		if object, is := got.(map[string]any); is {
			c.objects(at, want, object)
			return
		}
	case []any:
		if list, is := got.([]any); is {
			c.lists(at, key, want, list)
			return
		}
	case string:
		if text, is := got.(string); is {
			c.texts(at, key, want, text)
			return
		}
	case float64:
		if _, is := got.(float64); is && slices.Contains(ids(), key) {
			return
		}
	}
	if fmt.Sprintf("%T %v", want, want) != fmt.Sprintf("%T %v", got, got) {
		c.differ(at, "got %v, want %v", got, want)
	}
}

func (c *comparison) leftOut(key string) bool {
	if key == "expression" && strings.HasPrefix(c.path, "/api/v3/policies/all/") {
		key = "policy expression"
	}
	_, out := leftOut()[key]
	return out
}

func (c *comparison) objects(at string, want, got map[string]any) {
	for key := range want {
		if _, there := got[key]; !there {
			c.differ(at, "lacks %s", key)
			continue
		}
		c.values(at+"."+key, key, want[key], got[key])
	}
	for key := range got {
		if _, recorded := want[key]; !recorded && !c.allowed[key] {
			c.differ(at, "has %s, which was not recorded", key)
		}
	}
}

func (c *comparison) lists(at, key string, want, got []any) {
	if slices.Contains(keyMaterial(), key) {
		return
	}
	if len(want) != len(got) {
		c.differ(at, "has %d entries, want %d: %v", len(got), len(want), got)
		return
	}
	if slices.Contains(unordered(), key) {
		want, got = inOrder(want), inOrder(got)
	}
	for i := range want {
		c.values(fmt.Sprintf("%s.%d", at, i), key, want[i], got[i])
	}
}

func inOrder(list []any) []any {
	list = slices.Clone(list)
	sort.Slice(list, func(i, j int) bool { return fmt.Sprint(list[i]) < fmt.Sprint(list[j]) })
	return list
}

func (c *comparison) texts(at, key, want, got string) {
	if want == got || slices.Contains(keyMaterial(), key) {
		return
	}
	if key == "scope" || key == "scopes" {
		a, b := strings.Fields(want), strings.Fields(got)
		slices.Sort(a)
		slices.Sort(b)
		if slices.Equal(a, b) {
			return
		}
	}
	for _, form := range random {
		if form.MatchString(want) && form.MatchString(got) {
			return
		}
	}
	c.differ(at, "got %q, want %q", got, want)
}
