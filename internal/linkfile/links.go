package linkfile

import (
	"go.yaml.in/yaml/v3"

	"authpocket/internal/pattern"
	"authpocket/internal/say"
)

// The keys of a file of several links.
const (
	defaultsKey = "defaults"
	linksKey    = "links"
	nameKey     = "name"
)

var linkName = pattern.Of(`^[A-Za-z0-9._-]+$`)

// links returns the only link of a file, or each link below links, with what it leaves out from defaults.
func (r Reader) links(path string, root *yaml.Node) ([]File, error) {
	list := valueOf(root, linksKey)
	if list == nil && valueOf(root, defaultsKey) == nil {
		if !r.takes(File{Path: path}.Label()) {
			return []File{r.sketch(path, root)}, nil
		}
		file, f := r.link(path, root)
		return []File{file}, f.err()
	}
	f := &faults{path: path}
	for key := range pairs(root) {
		if key.Value != linksKey && key.Value != defaultsKey {
			f.add(key, "", say.Of("the key %s belongs below %s or an entry of %s", shownKey(key.Value), defaultsKey,
				linksKey))
		}
	}
	if list == nil {
		f.add(root, "", say.Of("there is no %s: a list with one entry per link", linksKey))
		return nil, f.err()
	}
	if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		f.add(list, "", say.Of("%s must be a list with one entry per link, such as - name: shop", linksKey))
		return nil, f.err()
	}
	var files []File
	names := map[string]bool{}
	for _, entry := range list.Content {
		if entry.Kind != yaml.MappingNode {
			f.add(entry, "", say.Of("a link is a mapping with %s and the keys of a link file", nameKey))
			continue
		}
		name, own := cutName(f, entry)
		if name != "" && names[name] {
			f.add(entry, "", say.Of("there is another link with this name"))
		}
		names[name] = true
		whole := over(valueOf(root, defaultsKey), own)
		file, wrong := File{}, &faults{}
		if r.takes(name) {
			file, wrong = r.link(path, whole)
		} else {
			file = r.sketch(path, whole)
		}
		file.Name = name
		files = append(files, file)
		f.take(wrong.list...)
	}
	return files, f.err()
}

// cutName returns the name of an entry of links, and its other keys.
func cutName(f *faults, entry *yaml.Node) (string, *yaml.Node) {
	rest := *entry
	rest.Content = nil
	name := ""
	for key, value := range pairs(entry) {
		if key.Value != nameKey {
			rest.Content = append(rest.Content, key, value)
			continue
		}
		if name = value.Value; value.Kind != yaml.ScalarNode || !linkName().MatchString(name) {
			f.add(value, "", say.Of("the name of a link consists of letters, digits, hyphens, dots and underscores"))
		}
	}
	if name == "" {
		f.add(entry, "", say.Of("this link has no %s", nameKey))
	}
	return name, &rest
}
