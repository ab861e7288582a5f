package authpocket_test

import (
	"go/types"
	"maps"
	"slices"
	"testing"
)

// The files of the packages that most is added to build on each other in one order, as if each were a package: whoever
// reads one needs only those below it.
func TestFilesBuildOnEachOther(t *testing.T) {
	for pkg, busy := range map[string]string{"internal/link": "plan.go", "internal/plans": "plan.go",
		"internal/link/addresses": "parse.go", "internal/link/mappings": "names.go",
		"internal/plans/resolve": "resolve.go", "internal/plans/undo": "undo.go", "internal/engine": "apply.go",
		"internal/engine/apply": "apply.go", "internal/engine/signins": "run.go",
		"internal/command": "root.go", "internal/command/program": "links.go",
		"internal/linkfile": "reader.go", "internal/journal": "writing.go",
		"internal/journal/lock": "link.go", "internal/authentik/apply": "apply.go", "web": "routes.go",
		"web/connections": "pocketbase.go", "web/reply": "fail.go"} {
		all := packagesWithTypes(t, "./"+pkg)
		uses := usesOf(all[len(all)-1])
		if len(uses[busy]) == 0 {
			t.Errorf("%s of %s uses no other file", busy, pkg)
		}
		for left := len(uses); left > 0; left = len(uses) {
			for file, used := range uses {
				if !slices.ContainsFunc(slices.Collect(maps.Keys(used)),
					func(f string) bool { return uses[f] != nil }) {
					delete(uses, file)
				}
			}
			if len(uses) == left {
				t.Errorf("%s: these files use each other in a circle, or one that does: %v", pkg, uses)
				break
			}
		}
	}
}

// usesOf returns the names that each file of a package uses of the others.
func usesOf(p typed) map[string]map[string][]string {
	uses := map[string]map[string][]string{}
	for at, is := range p.info.Uses {
		if is.Pkg() != p.types {
			continue
		}
		_, method := is.(*types.Func)
		if from, to := p.file(at.Pos()), p.file(is.Pos()); from != to && (method || is.Parent() == p.types.Scope()) {
			if uses[from] == nil {
				uses[from] = map[string][]string{}
			}
			uses[from][to] = append(uses[from][to], at.Name)
		}
	}
	return uses
}
