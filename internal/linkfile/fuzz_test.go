package linkfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/internal/linkfile"
)

// parseWith parses with an additional variable in the environment.
func parseWith(text, name, value string) (linkfile.File, error) {
	reader := environment()
	reader.Env = append(reader.Env, name)
	reader.Lookup = func(n string) (string, bool) {
		if n == name {
			return value, true
		}
		return variable(n)
	}
	return only(reader.Parse("link.yaml", []byte(text)))
}

// FuzzParse checks that Parse returns, that errors name the file, and that they
// contain no variable's value.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "../../docs/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add([]byte(whole))
	f.Fuzz(func(t *testing.T, data []byte) {
		const hidden = "hunter2-of-the-environment"
		file, err := parseWith(string(data), "AUTHENTIK_TOKEN", hidden)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "link.yaml") || strings.Contains(line, hidden) {
					t.Errorf("an error without its file, or with a secret: %q", err)
				}
			}
			return
		}
		spec, problems := file.Spec()
		again, more := file.Spec()
		if len(problems) != len(more) || spec.AuthentikURL != again.AuthentikURL {
			t.Errorf("the problems are first %v, then %v", problems, more)
		}
	})
}
