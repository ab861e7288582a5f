package linkfile

import (
	"cmp"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
)

// sketch returns a link that is not selected, with what it writes as far as that can be read.
func (r Reader) sketch(path string, root *yaml.Node) File {
	r.Note = nil
	file, f := r.decode(path, pruned("", resolve(nil, root), []string{"authentik.url", "authentik.public_url",
		"pocketbase.url", "preset", "pocketbase.collection", "pocketbase.slot", "application.slug", "application.name",
		"provider.name"}))
	if len(f.list) > 0 {
		return File{Path: path, start: file.start}
	}
	return file
}

// setOthers tells each link of the others to the same PocketBase.
func setOthers(files []File) {
	of := map[string][]int{}
	for i, f := range files {
		if base := f.PocketBase.Base; base != "" {
			of[base] = append(of[base], i)
		}
	}
	for _, same := range of {
		for _, i := range same {
			for _, j := range same {
				if i != j {
					files[i].Others = append(files[i].Others, files[i].other(files[j], j < i))
				}
			}
		}
	}
}

// other returns what the link f has to know of the link o, which comes before it or after.
func (f File) other(o File, before bool) link.Other {
	q, one := o.spec.Query(), link.Other{AuthentikURL: o.spec.AuthentikURL}
	if o.Authentik.Base == f.Authentik.Base {
		one.Slug, one.ProviderName = q.Slug, q.ProviderName
	}
	if q.Collection != f.spec.Query().Collection {
		return one
	}
	if one.Slot = cmp.Or(link.Value(o.spec.PocketBase.Slot, ""), link.AnySlot); one.Slot == link.AnySlot && !before {
		one.Slot = ""
	}
	return one
}
