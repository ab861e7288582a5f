// The PocketBase program of v0.23.0, as people run it: with the hooks of the directory pb_hooks beside its data.
package main

import (
	"log"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/plugins/jsvm"
)

func main() {
	app := pocketbase.New()
	jsvm.MustRegister(app, jsvm.Config{})
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}
