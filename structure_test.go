package authpocket_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "authpocket/"

// pbtest has helpers of tests, and is imported by nothing else.
const pbtest = "internal/pocketbase/pbtest"

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module) }

func packages(t *testing.T) (list []pkg) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatalf("listing the packages: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// imports lists, for each package of the product, the packages of this module that it may
// import. docs/architecture.md explains the layers.
func imports() map[string]string {
	return map[string]string{
		"docs/schemas":   "",
		"cmd/authpocket": "internal/command",
		"internal/command": "docs/schemas internal/command/batch internal/command/disk internal/command/option " +
			"internal/command/output internal/command/program internal/command/terminal internal/engine " +
			"internal/engine/apply internal/export internal/journal internal/journal/lock internal/link " +
			"internal/link/mappings internal/linkfile internal/listen " +
			"internal/outbound internal/preset internal/report internal/say internal/secret internal/signin " +
			"internal/visible web web/connections web/door",
		"internal/command/batch": "internal/command/output internal/command/terminal internal/engine " +
			"internal/engine/apply internal/link internal/linkfile internal/report internal/say internal/visible",
		"internal/command/disk": "internal/command/output internal/connect internal/engine internal/journal " +
			"internal/linkfile internal/say internal/secret",
		"internal/command/option": "internal/linkfile internal/report internal/say",
		"internal/command/output": "internal/command/terminal internal/engine internal/engine/apply internal/journal internal/link " +
			"internal/linkfile internal/people internal/report internal/say internal/signin internal/visible",
		"internal/command/program": "internal/command/batch internal/command/disk internal/command/option " +
			"internal/command/output internal/command/terminal internal/connect internal/engine internal/journal " +
			"internal/journal/lock internal/link internal/linkfile internal/logs internal/report internal/say " +
			"internal/visible",
		"internal/command/terminal": "internal/say internal/secret internal/visible",
		"cmd/authpocket-demo": "internal/journal internal/listen internal/logs internal/say internal/secret sandbox " +
			"sandbox/authentiksim sandbox/pocketbasehost sandbox/public sandbox/stories web web/connections web/door",

		"internal/address":  "internal/pattern",
		"internal/say":      "",
		"internal/pack":     "",
		"internal/pattern":  "",
		"internal/secret":   "",
		"internal/visible":  "",
		"internal/outbound": "internal/address internal/say",
		"internal/wire":     "internal/outbound",
		"internal/logs":     "internal/secret internal/visible",
		"internal/listen":   "internal/logs",
		"internal/report":   "internal/say",
		"internal/link":     "internal/link/addresses internal/pattern internal/report internal/say internal/secret",
		"internal/people":   "internal/link internal/report internal/say",
		"internal/preset":   "internal/link internal/report internal/say",
		"internal/plans": "internal/address internal/link internal/link/mappings internal/people " +
			"internal/plans/resolve internal/plans/undo internal/plans/words internal/preset internal/report " +
			"internal/say",
		"internal/plans/resolve": "internal/address internal/link internal/link/mappings internal/preset " +
			"internal/report internal/say",
		"internal/plans/stale": "internal/link internal/report internal/say internal/secret",
		"internal/plans/undo": "internal/link internal/link/mappings internal/plans/resolve internal/plans/words " +
			"internal/report internal/say",
		"internal/plans/words": "internal/link internal/link/mappings internal/people internal/say",
		"internal/predict": "internal/link internal/predict/record internal/predict/rule internal/report " +
			"internal/say internal/signin",
		"internal/predict/record": "internal/link internal/pattern internal/say",
		"internal/predict/rule":   "internal/link internal/pattern",
		"internal/signin":         "internal/link internal/report internal/say internal/secret",
		"internal/link/addresses": "internal/address internal/report internal/say",
		"internal/link/mappings":  "internal/link internal/say",
		"internal/linkfile": "internal/link internal/link/addresses internal/pattern internal/preset internal/report " +
			"internal/say internal/secret internal/visible",
		"internal/export":  "internal/link internal/link/mappings internal/report internal/say internal/secret",
		"internal/keydocs": "internal/link internal/linkfile internal/secret",
		"internal/clidocs": "internal/command internal/command/option internal/command/output internal/link internal/report internal/say " +
			"internal/signin",
		"internal/journal":      "internal/journal/lock internal/link internal/plans/words internal/report internal/say internal/secret",
		"internal/journal/lock": "internal/outbound",
		"internal/authentik": "internal/authentik/apply internal/authentik/checks internal/authentik/login " +
			"internal/authentik/rest internal/link internal/link/addresses internal/people internal/report internal/say " +
			"internal/secret internal/signin internal/wire",
		"internal/authentik/apply": "internal/authentik/rest internal/link internal/link/mappings internal/outbound " +
			"internal/report internal/say internal/secret internal/wire",
		"internal/authentik/checks": "internal/authentik/rest internal/link internal/outbound internal/report internal/say " +
			"internal/signin internal/wire",
		"internal/authentik/login": "internal/outbound internal/pattern internal/report internal/say internal/secret " +
			"internal/signin internal/wire",
		"internal/authentik/rest": "internal/link internal/outbound internal/report internal/say internal/secret " +
			"internal/wire",
		"internal/pocketbase": "internal/address internal/link internal/pocketbase/apply internal/pocketbase/checks " +
			"internal/pocketbase/rest internal/pocketbase/signins internal/preset internal/report " +
			"internal/say",
		"internal/pocketbase/apply": "internal/link internal/outbound internal/pocketbase/rest internal/report internal/say " +
			"internal/secret internal/wire",
		"internal/pocketbase/checks": "internal/link internal/outbound internal/pocketbase/rest internal/predict " +
			"internal/report internal/say internal/wire",
		"internal/pocketbase/rest": "internal/link internal/outbound internal/pattern internal/report internal/say internal/secret " +
			"internal/wire",
		"internal/pocketbase/signins": "internal/link internal/outbound internal/people internal/pocketbase/rest internal/report internal/say " +
			"internal/secret internal/signin internal/wire",
		"internal/engine": "internal/address internal/engine/apply internal/engine/signins internal/journal " +
			"internal/journal/lock internal/link internal/link/mappings internal/people internal/plans " +
			"internal/plans/resolve internal/plans/stale internal/plans/undo internal/plans/words internal/predict/record " +
			"internal/report internal/say internal/secret internal/signin internal/wire",
		"internal/engine/apply": "internal/journal internal/journal/lock internal/link internal/report " +
			"internal/say internal/secret internal/wire",
		"internal/engine/signins": "internal/journal internal/link internal/predict internal/report internal/say " +
			"internal/secret internal/signin",
		"internal/connect": "internal/authentik internal/authentik/rest internal/engine internal/link " +
			"internal/outbound internal/pocketbase internal/pocketbase/rest internal/report " +
			"internal/secret",

		"static": "",
		"web": "internal/address internal/connect internal/engine internal/export internal/link " +
			"internal/linkfile internal/logs internal/plans/words internal/preset internal/report internal/say " +
			"internal/secret internal/signin static web/connections web/door web/form " +
			"web/live web/middleware web/reply web/respond web/session web/view web/view/changes web/view/proof " +
			"web/view/setup",
		"web/connections": "internal/address internal/connect internal/link internal/link/addresses internal/report internal/say " +
			"internal/secret web/door web/form web/middleware web/reply web/respond web/session web/view/setup",
		"web/door": "internal/say static web/respond web/view",
		"web/form": "internal/link internal/link/addresses internal/preset internal/report internal/say " +
			"internal/secret web/view/setup",
		"web/live":       "web/view",
		"web/middleware": "internal/say web/door web/view",
		"web/reply": "internal/report internal/say web/live web/middleware web/respond web/session web/view " +
			"web/view/proof",
		"web/respond": "internal/say static web/view",
		"web/session": "internal/connect internal/engine internal/engine/apply internal/engine/signins internal/link " +
			"internal/report internal/say " +
			"internal/secret internal/signin web/door web/live web/view/changes web/view/proof",
		"web/view":         "internal/link internal/report internal/say internal/visible",
		"web/view/changes": "internal/link internal/people internal/plans/words internal/report internal/say web/view web/view/proof",
		"web/view/proof":   "internal/address internal/link internal/report internal/say internal/signin web/view",
		"web/view/setup": "internal/address internal/link internal/plans/resolve internal/preset internal/report " +
			"internal/say web/view " +
			"web/view/changes",
	}
}

// TestPackagesImportOnlyWhatTheyMay holds every package of the product to its line.
func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	allowed := imports()
	for _, p := range packages(t) {
		name := p.name()
		if strings.HasPrefix(name, "sandbox") || strings.HasPrefix(name, "test/") || name == "authpocket" ||
			name == pbtest {
			continue // may import anything: nothing of the product leads to them
		}
		line, known := allowed[name]
		if !known {
			t.Errorf("%s has no line in the table", name)
		}
		delete(allowed, name)
		used := strings.Fields(line)
		for _, dep := range p.Imports {
			dep, own := strings.CutPrefix(dep, module)
			if own && !slices.Contains(used, dep) {
				t.Errorf("%s imports %s", name, dep)
			}
			used = slices.DeleteFunc(used, func(x string) bool { return x == dep })
		}
		if len(used) > 0 {
			t.Errorf("%s may import %v and does not", name, used)
		}
	}
	for name := range allowed {
		t.Errorf("there is no package %s", name)
	}
}

// TestTheProductContainsNoSandbox keeps the image small and the simulated authentik out of it. authentik's own client
// is 29 MB of generated code.
func TestTheProductContainsNoSandbox(t *testing.T) {
	for _, p := range packages(t) {
		name := p.name()
		if name == "cmd/authpocket-demo" || strings.HasPrefix(name, "sandbox") || strings.HasPrefix(name, "test/") ||
			name == pbtest {
			continue
		}
		for _, dep := range p.Deps {
			for _, never := range []string{module + "sandbox", module + "test/", "github.com/pocketbase/",
				"goauthentik.io/"} {
				if strings.HasPrefix(dep, never) {
					t.Errorf("%s leads to %s", name, dep)
				}
			}
		}
	}
}
