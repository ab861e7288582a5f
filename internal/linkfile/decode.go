package linkfile

import (
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/report"
)

// link returns the link that a resolved mapping describes, and what is wrong with it. It changes a copy.
func (r Reader) link(path string, root *yaml.Node) (File, *faults) {
	file, f := r.decode(path, resolve(nil, root))
	if r.Needs != nil && (len(f.list) > 0 || len(file.problems) > 0) {
		file, f = r.decode(path, pruned("", resolve(nil, root), r.Needs))
		file.problems = slices.DeleteFunc(file.problems, func(p report.Problem) bool {
			return !within(p.Field, func(key string) bool { return slices.Contains(r.Needs, key) })
		})
	}
	if len(f.list) == 0 {
		return file, f
	}
	for _, m := range file.problems.Messages() {
		// What is missing may be what a fault is about.
		if file.sets(m.Field) && !f.taken[file.Place(m.Field)] {
			f.take(flaw(file.Locate(m)))
		}
	}
	return File{Path: path, start: file.start, at: file.at}, f
}

func (r Reader) decode(path string, root *yaml.Node) (File, *faults) {
	file, f := File{Path: path, start: placeOf(path, root), at: map[string]report.Place{}}, &faults{path: path}
	checkKeys(f, root)
	if r.expand(f, root); f.large {
		return file, f
	}
	checkTypes(f, root)
	root = f.sound("", root)
	if err := root.Decode(&file); err != nil {
		f.take(notYAML(path, err))
		return file, f
	}
	for at, n := range places(root) {
		file.at[at] = placeOf(path, n)
	}
	r.readSecrets(&file)
	file.check()
	file.problems = slices.DeleteFunc(file.problems, func(p report.Problem) bool {
		return f.unset[file.Place(p.Field)] || within(p.Field, func(key string) bool { return f.doubtful[key] })
	})
	sort.SliceStable(file.problems, func(i, j int) bool {
		return before(file.Place(file.problems[i].Field), file.Place(file.problems[j].Field))
	})
	return file, f
}

// sound returns the mapping without the values that have a fault.
func (f *faults) sound(at string, n *yaml.Node) *yaml.Node {
	kept := *n
	kept.Content = nil
	for key, value := range pairs(n) {
		path := at + key.Value
		if value.Kind == yaml.MappingNode {
			value = f.sound(path+".", value)
		}
		if !f.doubtful[path] {
			kept.Content = append(kept.Content, key, value)
		}
	}
	return &kept
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

// within reports whether a field or what it belongs to is such a key.
func within(field string, such func(key string) bool) bool {
	for ; field != ""; field = parent(field) {
		if such(field) {
			return true
		}
	}
	return false
}
