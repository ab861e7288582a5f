package command

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/rogpeppe/go-internal/testscript"
)

// collections creates auth collections in PocketBase: collections shop blog.
func collections(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: collections NAME...")
	}
	app := boxOf(ts).PocketBase().App()
	for _, name := range args {
		c := core.NewAuthCollection(name)
		c.CreateRule = new("") // as the collection users
		ts.Check(app.Save(c))
	}
}
