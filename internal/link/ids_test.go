package link

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// ids returns the literals of a catalogue file.
func ids(t *testing.T, file string) (list []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, value)
		}
		return true
	})
	return list
}

func TestEveryCauseHasAnEntry(t *testing.T) {
	list := ids(t, "ids_cause.go")
	if len(list) < 50 {
		t.Errorf("only %d causes were read", len(list))
	}
	for _, id := range list {
		if _, found := FindCause(CauseID(id).Entry()); !found {
			t.Errorf("%q has no entry", id)
		}
	}
	for _, c := range Causes() {
		if !slices.Contains(list, string(c.ID)) {
			t.Errorf("%q has no constant", c.ID)
		}
	}
}

func TestIDsAreNotGivenTwice(t *testing.T) {
	for _, file := range []string{"ids_cause.go", "ids_check.go", "ids_warning.go"} {
		list := ids(t, file)
		if len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list) || len(list) == 0 {
			t.Errorf("%s: %q", file, list)
		}
	}
}

// Several checks of a kind count as it, and others whose name begins the same
// do not.
func TestChecksOfAKind(t *testing.T) {
	second := CheckAuthentikRedirect.Nth(2)
	if second != "authentik.redirect.2" || !second.Is(CheckAuthentikRedirect) || CheckAuthentikRedirect.Is(second) ||
		CheckPocketBaseClientID.Is("pocketbase.client") || !second.Of(Authentik) || second.Of(PB) || CheckClock.Of(Authentik) {
		t.Error("the kinds of checks are confused")
	}
}

func TestWarningsAboutTransport(t *testing.T) {
	for _, id := range []WarningID{WarnVersionUnknown, WarnVersionMerge, WarnHTTPAuthentik, WarnHTTPEndpoints, WarnSecretWindow} {
		if !id.AboutTransport() {
			t.Errorf("%s is about the transport", id)
		}
	}
	if WarnOpenToEveryone.AboutTransport() || WarnLost.AboutTransport() {
		t.Error("warnings about access are taken for those about the transport")
	}
}
