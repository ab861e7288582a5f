package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// directory is the variable that names a directory of providers. Without it, they come from the registry.
const directory = "TERRAFORM_PROVIDERS"

// tool is OpenTofu or Terraform.
type tool struct {
	path     string
	settings string // its CLI configuration
	offline  bool   // the providers are taken from a directory
}

func findTool(t *testing.T) tool {
	t.Helper()
	for _, name := range []string{"tofu", "terraform"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		found := tool{path: path, settings: os.DevNull}
		if dir := os.Getenv(directory); dir != "" {
			found.offline, found.settings = true, overrides(t, dir)
		}
		return found
	}
	t.Fatal("NOT RUN: there is neither tofu nor terraform in the PATH")
	return tool{}
}

// overrides writes a configuration that takes the providers from a directory.
func overrides(t *testing.T, dir string) string {
	t.Helper()
	for _, name := range []string{"authentik", "tls"} {
		if _, err := os.Stat(filepath.Join(dir, "terraform-provider-"+name)); err != nil {
			t.Fatalf("NOT RUN: %s names a directory without the provider: %v", directory, err)
		}
	}
	path := filepath.Join(t.TempDir(), "cli.tfrc")
	settings := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"goauthentik/authentik\" = %[1]q\n"+
		"    \"hashicorp/tls\" = %[1]q\n  }\n  direct {}\n}\n", dir)
	if err := os.WriteFile(path, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// configuration is a directory with an export and its state.
type configuration struct {
	t   *testing.T
	dir string
	tool
	env []string
}

// start initialises the directory and checks the export.
func (c configuration) start() {
	c.t.Helper()
	if !c.offline {
		c.run("init")
	}
	c.run("fmt", "-check", "-diff")
	c.run("validate")
}

// run returns what a command prints. Anything but success fails the test.
func (c configuration) run(args ...string) string {
	c.t.Helper()
	given := append([]string{}, args[1:]...)
	args = args[:1]
	switch args[0] {
	case "init", "plan", "apply":
		args = append(args, "-no-color", "-input=false")
	case "validate":
		args = append(args, "-no-color")
	}
	args = append(args, given...)
	cmd := exec.CommandContext(c.t.Context(), c.path, args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+c.settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	cmd.Env = append(cmd.Env, c.env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		what := fmt.Sprintf("%s %s: %v\n%s%s", filepath.Base(c.path), strings.Join(args, " "), err, out.String(),
			errs.String())
		if args[0] == "init" {
			c.t.Fatalf("NOT RUN: %s names no directory of providers, and the registry gives none: %s", directory, what)
		}
		source, _ := os.ReadFile(filepath.Join(c.dir, exported))
		c.t.Fatalf("%s\n%s", what, source)
	}
	return out.String()
}

// counts is how many objects a plan is to import, add, change and destroy.
type counts struct{ imported, added, changed, destroyed int }

func (n counts) String() string {
	return fmt.Sprintf("%d to import, %d to add, %d to change, %d to destroy", n.imported, n.added, n.changed,
		n.destroyed)
}

// saved is the file of the plan that apply carries out.
const saved = "plan.out"

// plan makes a plan and fails the test if it is another than the expected one.
func (c configuration) plan(want counts) {
	c.t.Helper()
	c.run("plan", "-out="+saved)
	var plan struct {
		Changes []struct {
			Address string `json:"address"`
			Mode    string `json:"mode"`
			Change  struct {
				Actions   []string       `json:"actions"`
				Importing map[string]any `json:"importing"`
				Before    map[string]any `json:"before"`
				After     map[string]any `json:"after"`
			} `json:"change"`
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(c.run("show", "-json", saved)), &plan); err != nil {
		c.t.Fatal(err)
	}
	var got counts
	var details []string
	for _, one := range plan.Changes {
		if one.Mode != "managed" {
			continue
		}
		if one.Change.Importing != nil {
			got.imported++
		}
		for action, count := range map[string]*int{"create": &got.added, "update": &got.changed,
			"delete": &got.destroyed} {
			if slices.Contains(one.Change.Actions, action) {
				*count++
				details = append(details, fmt.Sprintf("%s %s: %v", action, one.Address,
					differing(one.Change.Before, one.Change.After)))
			}
		}
	}
	if got != want {
		c.t.Fatalf("the plan is %s; want %s\n%s", got, want, strings.Join(details, "\n"))
	}
	c.t.Logf("the plan is %s", got)
}

// differing returns the names of attributes that differ.
func differing(before, after map[string]any) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if fmt.Sprint(before[name]) != fmt.Sprint(after[name]) {
			names = append(names, name)
		}
	}
	return names
}

// apply carries out the last plan, after which there is nothing to do.
func (c configuration) apply() {
	c.t.Helper()
	c.run("apply", saved)
	c.plan(counts{})
}
