package export

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
)

var update = flag.Bool("update", false, "write the golden files again")

// written returns the export of a plan that the format can represent.
func written(t testing.TB, name string, p link.Plan) string {
	t.Helper()
	f, ok := Find(name)
	if !ok {
		t.Fatalf("there is no format %s", name)
	}
	var out bytes.Buffer
	if err := f.Write(&out, p); err != nil {
		t.Fatalf("%s refuses the plan: %v", name, err)
	}
	return out.String()
}

func goldenPlans(t testing.TB) map[string]link.Plan {
	return map[string]link.Plan{"new": newLink(t), "drift": drifted(t), "id-token": idToken(t)}
}

func TestGoldenFiles(t *testing.T) {
	for plan, p := range goldenPlans(t) {
		for _, f := range Formats() {
			t.Run(plan+"/"+f.Name, func(t *testing.T) {
				got := written(t, f.Name, p)
				path := filepath.Join("testdata", plan+filepath.Ext(f.FileName))
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s differs; if that is meant, run go test -update and look at the difference:\n%s", path,
						diff)
				}
			})
		}
	}
}
