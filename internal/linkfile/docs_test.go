package linkfile

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"
)

// The page in docs lists exactly the keys of a link file.
func TestDocumentationNamesEveryKey(t *testing.T) {
	page, err := os.ReadFile("../../docs/link-file.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, row[1])
	}
	want := leaves("", reflect.TypeFor[File]())
	slices.Sort(want)
	slices.Sort(documented)
	if !slices.Equal(documented, want) {
		for _, key := range want {
			if !slices.Contains(documented, key) {
				t.Errorf("docs/link-file.md does not name %s", key)
			}
		}
		for _, key := range documented {
			if !slices.Contains(want, key) {
				t.Errorf("docs/link-file.md names %s, which there is not", key)
			}
		}
	}
}

func leaves(at string, t reflect.Type) []string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var keys []string
	for name, field := range keysOf(t) {
		inner := field
		for inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && len(keysOf(inner)) > 0 {
			keys = append(keys, leaves(at+name+".", inner)...)
			continue
		}
		keys = append(keys, at+name)
	}
	return keys
}
