package authpocket_test

import (
	"go/types"
	"maps"
	"slices"
	"testing"
)

// The files of package link build on each other in one order, as if each were a package: whoever reads one needs only
// those below it.
func TestFilesOfLinkBuildOnEachOther(t *testing.T) {
	all := packagesWithTypes(t, "./internal/link")
	uses := usesOf(all[len(all)-1])
	if len(uses["plan.go"]) == 0 {
		t.Fatal("plan.go uses no other file")
	}
	for left := len(uses); left > 0; left = len(uses) {
		for file, used := range uses {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(used)), func(f string) bool { return uses[f] != nil }) {
				delete(uses, file)
			}
		}
		if len(uses) == left {
			t.Fatalf("these files use each other in a circle, or one that does: %v", uses)
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
