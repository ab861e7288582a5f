// Command authpocket connects an authentik to a PocketBase: as a web wizard,
// or from a file without a browser.
package main

import (
	"os"

	"authpocket/internal/command"
)

func main() { os.Exit(command.Main()) }
