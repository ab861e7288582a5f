package export

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/dop251/goja"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/plugins/jsvm"
)

// engine is PocketBase's JavaScript runtime, set up as for a migration.
type engine struct {
	vm       *goja.Runtime
	up, down func(core.App) error
	count    int
}

func newEngine(t testing.TB, source string) *engine {
	t.Helper()
	e := &engine{vm: goja.New()}
	jsvm.BindCore(e.vm)
	jsvm.BindOS(e.vm)
	err := e.vm.Set("migrate", func(up, down func(core.App) error) {
		e.up, e.down = up, down
		e.count++
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.vm.RunScript("pb.js", source); err != nil {
		t.Fatalf("loading a migration: %v\n%s", err, source)
	}
	return e
}

// readScripts evaluates migrations in PocketBase's own runtime.
func readScripts(t *testing.T, scripts []string) []any {
	results := make([]any, len(scripts))
	known := newEngine(t, "").vm.GlobalObject().Keys()
	for i, source := range scripts {
		e := newEngine(t, source)
		v, err := e.vm.RunString("JSON.stringify([link, before])")
		if err != nil {
			t.Fatal(err)
		}
		var data any
		if err := json.Unmarshal([]byte(v.String()), &data); err != nil {
			t.Fatal(err)
		}
		added := slices.DeleteFunc(e.vm.GlobalObject().Keys(), func(k string) bool { return slices.Contains(known, k) })
		results[i] = []any{data, e.count, added}
	}
	return results
}
