package say_test

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"authpocket/internal/say"
)

// text is a format that the program says.
type text struct {
	place  string
	counts bool // its first number decides on the form
}

// finder collects the formats of the program from its types.
type finder struct {
	t     *testing.T
	said  map[string]text
	takes map[string]call // by the full name of a function that takes a format
	more  bool            // whether a function was found whose calls were not looked at yet
}

// own is what the full names of this package's functions begin with.
const own = "authpocket/internal/say."

// call is where a function takes its formats.
type call struct{ format, many int }

// textsOf returns all texts of the program, without those of the sandbox and of tests. It fails for formats that are
// not constant, because no catalogue could have them.
func textsOf(t *testing.T) map[string]text {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo |
			packages.NeedImports |
			packages.NeedExportFile,
		Dir: "../..",
	}, "./cmd/...", "./internal/...", "./web/...", "./sandbox/public")
	if err != nil {
		t.Fatal(err)
	}
	f := &finder{t: t, said: map[string]text{}, takes: map[string]call{own + "Of": {0, -1}, own + "Count": {1, 2},
		own + "It": {1, -1}, own + "Raw": {-1, -1}}}
	for f.more = true; f.more; {
		f.more = false
		for _, p := range loaded {
			for _, e := range p.Errors {
				t.Fatal(e)
			}
			f.read(p)
		}
	}
	return f.said
}

func (f *finder) read(p *packages.Package) {
	for e, v := range p.TypesInfo.Types {
		if named, ok := v.Type.(*types.Named); ok && v.Value != nil && named.Obj().Name() == "Name" &&
			named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "authpocket/internal/say" {
			if name := say.Name(constant.StringVal(v.Value)); name != "" {
				f.said[name.Text().String()] = text{place: p.Fset.Position(e.Pos()).String()}
				f.said[name.Within().String()] = text{place: p.Fset.Position(e.Pos()).String()}
			}
		}
	}
	for _, file := range p.Syntax {
		for _, d := range file.Decls {
			in, _ := d.(*ast.FuncDecl)
			ast.Inspect(d, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					f.call(p, in, c)
				}
				return true
			})
		}
	}
}

func (f *finder) call(p *packages.Package, in *ast.FuncDecl, c *ast.CallExpr) {
	name := callee(p, c)
	takes, known := f.takes[name]
	if !known {
		return
	}
	if takes.format < 0 {
		if v := p.TypesInfo.Types[c.Args[0]].Value; v != nil && strings.Contains(constant.StringVal(v), " ") {
			f.t.Errorf("%s: %s is the same in every language", p.Fset.Position(c.Pos()), v)
		}
		return
	}
	for _, at := range []int{takes.format, takes.many} {
		if at < 0 {
			continue
		}
		v := p.TypesInfo.Types[c.Args[at]].Value
		if v == nil {
			f.wrapper(p, in, c.Args[at], at == takes.many)
			continue
		}
		format, place := constant.StringVal(v), p.Fset.Position(c.Pos()).String()
		if format != strings.TrimSpace(format) {
			f.t.Errorf("%s: %q begins or ends with a space", place, format)
		}
		f.numbers(p, c, name, format)
		if strings.ContainsFunc(verb.ReplaceAllString(format, ""), isLetter) {
			f.said[format] = text{place: place, counts: at == takes.many || f.said[format].counts}
		}
	}
}

// numbers checks that the format has an int for each number: a text keeps a value of another type as a string.
func (f *finder) numbers(p *packages.Package, c *ast.CallExpr, name, format string) {
	first, known := map[string]int{own + "Of": 1, own + "It": 2, own + "Count": 2}[name] // Count's is the number itself
	if !known || c.Ellipsis.IsValid() {
		return
	}
	for i, found := range verb.FindAllStringSubmatch(format, -1) {
		at := first + i
		if found[1] != "" {
			place, _ := strconv.Atoi(found[1])
			at = first + place - 1
		}
		if found[2] != "d" || name == own+"Count" && at == first || at >= len(c.Args) {
			continue
		}
		if t := p.TypesInfo.Types[c.Args[at]].Type; !types.Identical(t, types.Typ[types.Int]) {
			f.t.Errorf("%s: %q has %s in the place of a number", p.Fset.Position(c.Pos()), format, t)
		}
	}
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// wrapper takes a function that hands on its own format.
func (f *finder) wrapper(p *packages.Package, in *ast.FuncDecl, format ast.Expr, many bool) {
	id, ok := format.(*ast.Ident)
	if ok && in != nil {
		fn := p.TypesInfo.Defs[in.Name].(*types.Func)
		for i := range fn.Signature().Params().Len() {
			if param := fn.Signature().Params().At(i); p.TypesInfo.Uses[id] == param {
				takes, known := f.takes[fn.FullName()]
				switch {
				case !known:
					f.takes[fn.FullName()], f.more = call{i, -1}, true
				case many && takes.many < 0:
					f.takes[fn.FullName()], f.more = call{takes.format, i}, true
				}
				return
			}
		}
	}
	if p.PkgPath != "authpocket/internal/say" { // which changes the values of texts
		f.t.Errorf("%s: the format is not constant", p.Fset.Position(format.Pos()))
	}
}

// callee returns the full name of the function that is called, empty if it has none.
func callee(p *packages.Package, c *ast.CallExpr) string {
	var id *ast.Ident
	switch fn := c.Fun.(type) {
	case *ast.Ident:
		id = fn
	case *ast.SelectorExpr:
		id = fn.Sel
	default:
		return ""
	}
	if fn, ok := p.TypesInfo.Uses[id].(*types.Func); ok {
		return fn.FullName()
	}
	return ""
}
