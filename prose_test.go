package authpocket_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// othersWords are the files that match what other programs say, with the
// source of each next to it.
func othersWords() []string {
	return []string{
		"internal/authentik/rest/faults.go", "internal/authentik/apply/write_faults.go", // authentik's refusals
		"internal/authentik/login/page.go", // authentik's pages
		// PocketBase's log and answers
		"internal/pocketbase/rest/causes.go", "internal/pocketbase/rest/catalogue.go",
		"internal/pocketbase/rest/signin.go",
		"internal/pocketbase/signins/trail.go",
		"internal/outbound/client.go", // net/http's errors
	}
}

// formats are texts with blanks that are no prose.
func formats() []string {
	return []string{"Bearer ", "connect-src 'self'", "connect-src 'self' ", "undo <receipt>", "export <format>"}
}

// TestNoCodeReadsProse: outcomes are typed, so that every sentence can be
// reworded and translated. No product code cuts or compares a text with blanks
// in it, nor the words of a message.
func TestNoCodeReadsProse(t *testing.T) {
	read := 0
	for _, root := range []string{"cmd/authpocket", "internal", "web"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && slices.Contains(testRooms(), path) {
				return skipOr(err)
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.HasSuffix(path, "_templ.go") {
				return nil
			}
			if slices.Contains(othersWords(), filepath.ToSlash(path)) {
				return nil
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			read++
			for _, at := range proseRead(file) {
				t.Errorf("%s reads prose", files.Position(at))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 200 {
		t.Errorf("only %d files were read", read)
	}
}

// TestProseIsFound holds the test above.
func TestProseIsFound(t *testing.T) {
	for code, want := range map[string]int{
		`strings.Cut(x, ": ")`: 1, `strings.Contains(x, "Nothing was written.")`: 1, `x == "in words"`: 1,
		`strings.TrimRight(f.Summary, ".")`:           1,
		`strings.NewReplacer(" (existing: use)", "")`: 1, `strings.Cut(x, ".")`: 0, `x == "open-to-nobody"`: 0,
		`f.Summary == ""`: 0, `strings.Join(f.Details, " ")`: 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() { _ = "+code+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(proseRead(file)); got != want {
			t.Errorf("%s: %d found, want %d", code, got, want)
		}
	}
}

// testRooms are the packages of tests and demo, which speak for others.
func testRooms() []string {
	return []string{"internal/sandbox", "internal/faults", "internal/proof", "internal/bench", "internal/journal/model"}
}

func skipOr(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// proseRead are the places at which a text is cut or compared by its words.
func proseRead(file *ast.File) (found []token.Pos) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if takesApart(n.Fun) && (slices.ContainsFunc(n.Args, isProse) || len(n.Args) > 0 && isMessage(n.Args[0])) {
				found = append(found, n.Pos())
			}
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && (isProse(n.X) || isProse(n.Y)) {
				found = append(found, n.Pos())
			}
		case *ast.CaseClause:
			if slices.ContainsFunc(n.List, isProse) {
				found = append(found, n.Pos())
			}
		}
		return true
	})
	return found
}

// takesApart tells whether the function is one that looks into a text.
func takesApart(fun ast.Expr) bool {
	f, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := f.X.(*ast.Ident)
	if !ok || pkg.Name != "strings" {
		return false
	}
	return !slices.Contains([]string{"Join", "Repeat", "TrimSpace", "ToUpper", "ToLower", "Fields", "ContainsAny",
		"Trim", "Split"}, f.Sel.Name)
}

// isProse tells whether it is a literal with words and blanks.
func isProse(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return false
	}
	text, err := strconv.Unquote(literal.Value)
	return err == nil && strings.Contains(text, " ") && strings.TrimSpace(text) != "" &&
		!slices.Contains(formats(), text)
}

func isMessage(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && slices.Contains([]string{"Summary", "Todo", "Details", "Words", "Title", "Evidence", "Remedy"},
		s.Sel.Name)
}
