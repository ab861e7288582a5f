//go:build !goja

package export

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// evaluator runs every script of a file by itself, with nothing around it but
// what PocketBase gives to a migration, and prints its data.
const evaluator = `
const vm = require("vm"), fs = require("fs");
const out = JSON.parse(fs.readFileSync(process.argv[1], "utf8")).map((source) => {
  let migrations = 0;
  const context = vm.createContext({ migrate: (up, down) => { migrations++; } });
  vm.runInContext(source, context);
  const data = vm.runInContext("JSON.stringify([link, before])", context);
  return [JSON.parse(data), migrations, Object.keys(context)];
});
console.log(JSON.stringify(out));
`

// readScripts evaluates migrations with a real JavaScript engine.
func readScripts(t *testing.T, scripts []string) []any {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("NOT RUN: there is no Node here to evaluate migrations with")
	}
	raw, err := json.Marshal(scripts)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "scripts.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), node, "-e", evaluator, file).Output()
	if err != nil {
		t.Fatalf("running Node: %v", err)
	}
	var results []any
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatal(err)
	}
	return results
}
