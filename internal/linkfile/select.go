package linkfile

import (
	"cmp"
	"errors"
	"hash/fnv"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// Selection selects links by name. The zero value selects all.
type Selection struct {
	Only []string // names, empty for all
	Shard
	none bool
}

// takes reports whether the selection has the link of that name.
func (s Selection) takes(name string) bool {
	return !s.none && (len(s.Only) == 0 || slices.Contains(s.Only, name)) && s.Has(name)
}

// pick returns the selected ones of all links.
func (s Selection) pick(path string, files []File) ([]File, error) {
	all := labels(files)
	for _, name := range s.Only {
		if !slices.Contains(all, name) {
			return nil, ofPath(path, say.Of("there is no link %q; use %s", name,
				say.Or(link.Each(all, say.Raw)...)))
		}
	}
	return slices.DeleteFunc(files, func(f File) bool { return !s.takes(f.Label()) }), nil
}

// Shard is one of several equal parts of all links. The zero value is all of them.
type Shard struct{ Part, Parts uint32 }

// Has reports whether the link of that name is in the shard. Each is in one, by the 32-bit FNV-1a hash of its name.
func (s Shard) Has(name string) bool {
	if s.Parts == 0 {
		return true
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	return hash.Sum32()%s.Parts == s.Part
}

// ErrEmptyShard is the error for the only link of a shard that has none. That is no mistake of whoever divides links.
var ErrEmptyShard = errors.New("no link is in this part")

// notOne says that these are not one link.
func notOne(names []string) say.Text {
	if len(names) == 0 {
		return say.Of("this describes no link")
	}
	return say.Of("name one of the links %s with --only", say.And(link.Each(names, say.Raw)...))
}

// Label returns the link's name: its own, or that of its file.
func (f File) Label() string {
	base := filepath.Base(f.Path)
	return cmp.Or(f.Name, strings.TrimSuffix(base, filepath.Ext(base)))
}

func labels(files []File) []string { return link.Each(files, File.Label) }

func shownPath(path string) string {
	if path == "-" {
		return standardInput
	}
	return cmp.Or(path, Default)
}

// repeated returns an error for each link with the name of an earlier one in another file, for each that is an
// earlier one under another name, and for each that names the slot of an earlier one.
func repeated(files []File) error {
	var errs []error
	first, same, slots := map[string]File{}, map[identity]File{}, map[identity]File{}
	for _, f := range files {
		name := f.Label()
		if before, found := first[name]; found && before.Path != f.Path {
			errs = append(errs, &Fault{Place: f.start, Words: say.Of("there is another link %s, at %s", name,
				before.start.String())})
			continue
		}
		first[name] = f
		is := f.identity()
		if before, found := same[is]; found && is.known() {
			errs = append(errs, &Fault{Place: f.start, Words: say.Of("this is the link %s, at %s, once more: it "+
				"has the same application and collection", before.Label(), before.start.String())})
			continue
		}
		same[is] = f
		place := identity{pocketBase: is.pocketBase, collection: is.collection, slot: is.slot}
		if before, found := slots[place]; found && is.known() && is.slot != "" {
			errs = append(errs, &Fault{Place: f.start, Words: say.Of("this names the slot %s of %s, as the link %s, "+
				"at %s, does: leave it out of one to get another slot", is.slot, is.collection, before.Label(),
				before.start.String())})
			continue
		}
		slots[place] = f
	}
	return errors.Join(errs...)
}

// identity is what makes two links the same one.
type identity struct{ authentik, slug, pocketBase, collection, slot string }

func (f File) identity() identity {
	q := f.spec.Query()
	return identity{f.Authentik.Base, q.Slug, f.PocketBase.Base, q.Collection, link.Value(f.spec.PocketBase.Slot, "")}
}

// known reports whether both systems are known.
func (i identity) known() bool { return i.authentik != "" && i.pocketBase != "" }

// Default is the link file that is read if none is named.
const Default = "link.yaml"

const standardInput = "standard input"

// Reader reads link files.
type Reader struct {
	Lookup func(name string) (string, bool) // os.LookupEnv outside tests
	Stdin  io.Reader                        // what the path - names
	// Env lists further variables that a file may take from the environment, and Files further files that it may
	// take secrets from.
	Env, Files []string
	// Needs lists the keys that the command needs, nil for all. Others cannot stop it: they are left out if
	// anything is wrong with the file.
	Needs []string
	// Note gets what this environment lacks for the file, variables and files with secrets, and makes it no error:
	// the values that it would give are not checked. nil where the values are needed.
	Note func(Fault)
	// Selection says which links are read. Nothing that is wrong with another link's settings is an error.
	Selection
}
