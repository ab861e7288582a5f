package authpocket_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// commandOnly are files whose messages only the command prints, so they may
// name its flags and commands.
func commandOnly() []string {
	return []string{
		"internal/plans/resolve/import.go", // import
		"internal/journal/plan.go",         // plan --out and apply PLAN
		"internal/engine/verify.go",        // NoLink, which only verify asks
		"internal/listen/open.go",          // the flags of serve
		"internal/linkfile/secrets.go",     // link files
		"internal/linkfile/reader.go", "internal/linkfile/variables.go", "internal/linkfile/select.go",
		"internal/linkfile/spec.go", "internal/linkfile/write.go",
		"internal/report/way.go",           // renders for both
		"web/view/changes/export_templ.go", // offers the command for servers that have the link
	}
}

// othersFlags are names that look like the command's and are PocketBase's.
func othersFlags() []string { return []string{"--origins"} }

var commandWords = regexp.MustCompile(`\bauthpocket (init|plan|apply|verify|undo|rotate|remove|receipts|export|` +
	`import|serve|validate|schema)\b|(?:^|[\s(])(--[a-z][a-z-]+)`)

// TestMessagesAreWordedForTheirReaders: what is shared names neither the
// wizard's labels nor the command's flags; report.Way names them for the reader.
func TestMessagesAreWordedForTheirReaders(t *testing.T) {
	labels := wizardLabels(t)
	keys := link.Each(link.AccessAttrs(), func(a *link.Attr[*link.Access, *struct{}]) string { return a.Spec })
	eachText(t, []string{"internal"}, func(path, text, where string) {
		for _, part := range strings.Split(text, "“")[1:] {
			label, _, _ := strings.Cut(part, "”")
			if slices.Contains(labels, label) {
				t.Errorf("%s names “%s” of the wizard: %q", where, label, text)
			}
		}
		if strings.HasPrefix(path, "internal/command/") || strings.HasPrefix(path, "internal/clidocs/") ||
			strings.HasPrefix(path, "internal/keydocs/") || slices.Contains(commandOnly(), path) {
			return
		}
		if found := commandsIn(text, keys); found != "" {
			t.Errorf("%s names %s of the command: %q", where, found, text)
		}
	})
	eachText(t, []string{"web"}, func(path, text, where string) {
		found := commandsIn(text, keys)
		if found != "" && !slices.Contains(commandOnly(), path) {
			t.Errorf("%s names %s of the command: %q", where, found, text)
		}
	})
}

// commandsIn returns the first command, flag or key in the text.
func commandsIn(text string, keys []string) string {
	for _, m := range commandWords.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(othersFlags(), m[2]) {
			return strings.TrimSpace(m[0])
		}
	}
	if i := slices.IndexFunc(keys, func(key string) bool { return strings.Contains(text, key+" ") }); i >= 0 {
		return keys[i]
	}
	for _, key := range []string{"existing: use", "existing: new"} {
		if strings.Contains(text, key) {
			return key
		}
	}
	return ""
}

// wizardLabels are the labels, buttons and headings of the wizard.
func wizardLabels(t *testing.T) []string {
	labels := []string{report.AccessLabel, report.RunRewrite.Label().String(), report.RunRotate.Label().String(),
		report.RunReceipts.Label().String()}
	label := regexp.MustCompile(`Label: say\.Of\("([^"]+)"\)|` +
		`<(?:button|summary|h[1-3]|a)\b[^<>]*>\s*(?:\{ say\.It\(ctx, ")?([^<{"]+)`)
	err := filepath.WalkDir("web", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".templ" && filepath.Ext(path) != ".go" ||
			strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range label.FindAllStringSubmatch(string(source), -1) {
			if text := strings.TrimSpace(m[1] + m[2]); text != "" { // an element may begin with another one
				labels = append(labels, text)
			}
		}
		return nil
	})
	if err != nil || len(labels) < 80 {
		t.Fatalf("%d labels were read: %v", len(labels), err)
	}
	return labels
}

// eachText calls do with each literal of the product's code below the roots,
// adjacent ones joined.
func eachText(t *testing.T, roots []string, do func(path, text, where string)) {
	texts := 0
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				text, sum := textOf(e)
				if text != "" {
					texts++
					do(filepath.ToSlash(path), text, files.Position(e.Pos()).String())
				}
				return !sum
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if texts < 1000 {
		t.Errorf("only %d texts were read", texts)
	}
}

// textOf returns the text of a literal or of a sum with literals, and whether
// it is one of the two. What is not a literal is left out.
func textOf(e ast.Expr) (text string, sum bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ = strconv.Unquote(e.Value)
		}
		return text, true
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			left, _ := textOf(e.X)
			right, _ := textOf(e.Y)
			return left + right, left+right != ""
		}
	}
	return "", false
}
