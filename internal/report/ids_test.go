package report_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"authpocket/internal/report"
	"authpocket/internal/signin"
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
	list := ids(t, "cause.go")
	if len(list) < 50 {
		t.Errorf("only %d causes were read", len(list))
	}
	for _, id := range list {
		if _, found := signin.FindCause(report.CauseID(id).Entry()); !found {
			t.Errorf("%q has no entry", id)
		}
	}
	for _, c := range signin.Causes() {
		if !slices.Contains(list, string(c.ID)) {
			t.Errorf("%q has no constant", c.ID)
		}
	}
}

func TestIDsAreNotGivenTwice(t *testing.T) {
	for _, file := range []string{"cause.go", "check.go", "warning.go"} {
		list := ids(t, file)
		if len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list) || len(list) == 0 {
			t.Errorf("%s: %q", file, list)
		}
	}
}

// Several checks of a kind count as it, and others whose name begins the same
// do not.
func TestChecksOfAKind(t *testing.T) {
	second := report.CheckAuthentikRedirect.Nth(2)
	if second != "authentik.redirect.2" || !second.Is(report.CheckAuthentikRedirect) ||
		report.CheckAuthentikRedirect.Is(second) ||
		report.CheckPocketBaseClientID.Is("pocketbase.client") || !second.Of(report.Authentik) ||
		second.Of(report.PB) ||
		report.CheckClock.Of(report.Authentik) {
		t.Error("the kinds of checks are confused")
	}
}

func TestWarningsAboutTransport(t *testing.T) {
	for _, id := range []report.WarningID{report.WarnVersionUnknown, report.WarnVersionMerge, report.WarnHTTPAuthentik,
		report.WarnHTTPEndpoints, report.WarnSecretWindow} {
		if !id.AboutTransport() {
			t.Errorf("%s is about the transport", id)
		}
	}
	if report.WarnOpenToEveryone.AboutTransport() || report.WarnLost.AboutTransport() {
		t.Error("warnings about access are taken for those about the transport")
	}
}
