package authpocket_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/link"
)

// mostFiles is in how many files of the product a field may be named. Its
// table is one of them.
const mostFiles = 3

// withRules are fields that rules of their own are about, in more files than
// others: a new field needs none of that.
func withRules() map[string]string {
	return map[string]string{
		"client_id":         "it tells links apart in both systems",
		"client_type":       "authentik checks no secret of a public client",
		"client_secret":     "it is never shown, kept or exported",
		"redirect_uris":     "none at all would trust anybody",
		"signing_key":       "it may have to be generated first",
		"property_mappings": "they carry out the e-mail decision",
		"grant_types":       "authentik 2026.5 refuses sign-ins without them",
		"enabled":           "the API of both systems has it, of several objects",
		"clientId":          "guests are shown it",
		"pkce":              "guests are shown whether it is used",
		"createRule":        "an app may set it itself each time it starts",

		// Words that name other things too.
		"name": "", "slug": "", "group": "", "provider": "", "description": "",
		"username": "", "email": "", "groups": "",
	}
}

// TestAFieldIsNamedInFewFiles looks for the keys of both systems in the
// strings of the product. What reads, writes, compares, asks for or exports
// fields goes by the tables, and has no list of its own.
func TestAFieldIsNamedInFewFiles(t *testing.T) {
	files := stringsOfTheProduct(t)
	keys := slices.Concat(keysOf(link.ApplicationAttrs()), keysOf(link.ProviderAttrs()), keysOf(link.MappingAttrs()),
		keysOf(link.KeyAttrs()), keysOf(link.PersonAttrs()),
		keysOf(link.BindingAttrs()), keysOf(link.SlotAttrs()), keysOf(link.OAuth2Attrs()), keysOf(link.RuleAttrs()),
		keysOf(link.MethodAttrs()), keysOf(link.SettingsAttrs()))
	rules := withRules()
	for _, key := range keys {
		found := naming(files, key)
		if _, ruled := rules[key]; (len(found) > mostFiles) != ruled {
			t.Errorf("%s is named in %d files, its own rules: %v: %s", key, len(found), ruled,
				strings.Join(found, ", "))
		}
	}
	for key := range rules {
		if !slices.Contains(keys, key) {
			t.Errorf("there is no field %s", key)
		}
	}
}

func keysOf[W, S any](table []*link.Attr[W, S]) []string {
	var keys []string
	for _, a := range table {
		if a.Key != "" {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// naming are the files that have the key as a string or as a part of a path.
func naming(files map[string][]string, key string) []string {
	var found []string
	for _, file := range slices.Sorted(maps.Keys(files)) {
		names := func(s string) bool {
			return s == key || strings.HasSuffix(s, "."+key) && !strings.Contains(s, " ")
		}
		if slices.ContainsFunc(files[file], names) {
			found = append(found, file)
		}
	}
	return found
}

// stringsOfTheProduct are the string literals of each file, those of struct
// tags and of generated files left out.
func stringsOfTheProduct(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	for _, root := range []string{"cmd/authpocket", "internal", "web"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && slices.Contains([]string{"sandbox", "testdata", "pbtest"}, d.Name()):
				return filepath.SkipDir
			case !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"),
				strings.HasSuffix(path, "_templ.go"):
				return nil
			}
			files[filepath.ToSlash(path)], err = literals(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func literals(path string) (list []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field: // it may have a tag
			return false
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				list = append(list, s)
			}
		}
		return true
	})
	return list, nil
}
