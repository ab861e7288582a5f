package linkfile

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/report"
)

// link returns the link that a resolved mapping describes, and what is wrong with it. It changes a copy.
func (r Reader) link(path string, root *yaml.Node) (File, *faults) {
	file, f := r.decode(path, resolve(nil, root))
	if r.Needs == nil || len(f.list) == 0 && len(file.problems) == 0 {
		return file, f
	}
	file, f = r.decode(path, pruned("", resolve(nil, root), r.Needs))
	file.problems = slices.DeleteFunc(file.problems, func(p report.Problem) bool { return !needed(p.Field, r.Needs) })
	return file, f
}

func (r Reader) decode(path string, root *yaml.Node) (File, *faults) {
	file, f := File{Path: path, start: placeOf(path, root), at: map[string]report.Place{}}, &faults{path: path}
	for _, step := range []func(*faults, *yaml.Node){checkKeys, r.expand, checkTypes} {
		if step(f, root); len(f.list) > 0 {
			return file, f
		}
	}
	if err := root.Decode(&file); err != nil {
		f.take(notYAML(path, err))
		return file, f
	}
	for at, n := range places(root) {
		file.at[at] = placeOf(path, n)
	}
	r.readSecrets(&file)
	file.check()
	file.problems = slices.DeleteFunc(file.problems,
		func(p report.Problem) bool { return f.unset[file.Place(p.Field)] })
	return file, f
}

// pruned returns the resolved mapping with the needed keys only.
func pruned(at string, n *yaml.Node, needs []string) *yaml.Node {
	kept := *n
	kept.Content = nil
	for key, value := range pairs(n) {
		switch path := at + key.Value; {
		case slices.Contains(needs, path):
			kept.Content = append(kept.Content, key, value)
		case value.Kind == yaml.MappingNode && slices.ContainsFunc(needs, func(need string) bool {
			return strings.HasPrefix(need, path+".")
		}):
			kept.Content = append(kept.Content, key, pruned(path+".", value, needs))
		}
	}
	return &kept
}

// needed reports whether a field or what it belongs to is among the keys.
func needed(field string, keys []string) bool {
	for ; field != ""; field = parent(field) {
		if slices.Contains(keys, field) {
			return true
		}
	}
	return false
}
