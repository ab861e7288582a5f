package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// filler sets every field below a value to a distinct value.
type filler struct {
	n     int
	empty bool // empty but non-nil lists, empty strings and pointers to zero values
}

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Type() {
	case reflect.TypeFor[secret.Text]():
		v.Set(reflect.ValueOf(secret.New(canary(f.n))))
		return
	case reflect.TypeFor[json.RawMessage]():
		v.SetBytes(fmt.Appendf(nil, `{"name" :"raw-%d","x":[1, 2.50,"<&>\u2028é"], "extra":null}`, f.n))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if !f.empty {
			v.SetString(fmt.Sprintf("text-%d <&> \u2028 \"quoted\"\n", f.n))
		}
	case reflect.Bool:
		v.SetBool(!f.empty)
	case reflect.Int:
		if !f.empty {
			v.SetInt(int64(f.n))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.Slice:
		size := 3
		if f.empty {
			size = 0
		}
		v.Set(reflect.MakeSlice(v.Type(), size, size))
		for i := range size {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if !f.empty {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key)
			f.fill(value)
			v.SetMapIndex(key, value)
		}
	default:
		panic("the filler does not know " + v.Type().String())
	}
}

// canary is a secret that appears nowhere by chance and that JSON and URLs
// escape.
func canary(n int) string { return fmt.Sprintf(`canary"%d/<secret>&zw9`, n) }

// states returns one object of each type that a link.Change can hold, filled by
// f.
func states(f *filler) []link.Object {
	all := link.Objects()
	for _, s := range all {
		if f != nil {
			f.fill(reflect.ValueOf(s).Elem())
		}
	}
	return all
}

func fullSpec() link.Spec {
	var s link.Spec
	f := filler{n: 5000}
	f.fill(reflect.ValueOf(&s).Elem())
	return s
}

// fullPlan returns a plan with a change for every type of object, with before
// and after.
func fullPlan() link.Plan {
	plan := link.Plan{Spec: fullSpec(), Generated: link.Generated{ClientID: "generated-id",
		ClientSecret: secret.New(canary(9999))}}
	befores, afters := states(&filler{n: 1000}), states(&filler{n: 3000})
	for i := range befores {
		plan.Changes = append(plan.Changes, link.Change{
			System: []report.System{report.Authentik, report.PB}[i%2], Kind: link.Kind(fmt.Sprintf("kind %d", i)),
			Object: say.Of("object “%d”", i),
			Action: link.Update, Why: say.Of("because"), Step: "authentik 2", Lost: say.Of("something"),
			Before: befores[i],
			After:  afters[i],
			Fields: []link.Field{
				{Name: "name", After: link.ShowText("a < b")}, {Name: "pkce", Before: link.ShowFlag(true),
					After: link.ShowFlag(false)},
				{Name: "redirect_uris", Before: link.ShowList([]string{}), After: link.ShowList([]string{"x", "y"})},
				{Name: "days", Before: link.ShowNumber(365), After: link.ShowNumber(-1)},
				{Name: "client_secret", Before: link.ShowMask(link.MaskedNone), After: link.ShowMask(link.MaskedNew),
					Sensitive: true},
			},
		})
	}
	return plan
}

// smallPlan returns a plan with one create in each system.
func smallPlan() link.Plan {
	pair := &link.PairState{Application: link.ApplicationState{Slug: "pocketbase", Name: "PocketBase"},
		Provider: link.ProviderState{Name: "Provider for PocketBase", ClientID: "id",
			ClientSecret: secret.New(canary(1))}}
	users := &link.CollectionState{Name: "users", OAuth2: link.OAuth2State{Providers: []link.OAuth2Provider{
		{Slot: "google", Raw: json.RawMessage(`{"name":"google","clientId":"g"}`)},
	}}}
	return link.Plan{Generated: link.Generated{ClientID: "id", ClientSecret: secret.New(canary(1))},
		Changes: []link.Change{
			{System: report.Authentik, Kind: link.KindPair, Object: say.Of("application and provider “PocketBase”"),
				Action: link.Create, After: pair},
			{System: report.PB, Kind: link.KindOAuth2, Object: say.Of("OAuth2 of the collection “users”"),
				Action: link.Update,
				Before: users, After: users},
		}}
}

func meta() Meta {
	return Meta{Kind: Apply, AuthentikURL: "https://authentik.company", PocketBaseURL: "https://pocketbase.company",
		Program: "v1.2.3"}
}

func mustOpen(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatalf("opening %s: %v", dir, err)
	}
	return s
}

func mustBegin(t *testing.T, s *Store, plan link.Plan) *Receipt {
	t.Helper()
	r, err := s.Begin(&plan, meta())
	if err != nil {
		t.Fatalf("beginning: %v", err)
	}
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// filesIn returns the names of the files in dir, without the locks.
func filesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".lock") {
			names = append(names, e.Name())
		}
	}
	return names
}

// wordsOf returns the admin's message and fails if it is only the general one.
func wordsOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		t.Fatal("there is no error")
	}
	list := report.Messages(err)
	if len(list) == 0 || list[0].Summary.Empty() || list[0].Todo.Empty() {
		t.Fatalf("no words for %v", err)
	}
	return list[0].Text(report.OnPage).String()
}

// nothingWritten reports whether err says that nothing was written to either
// system.
func nothingWritten(err error) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f.Written == report.WrittenNone
}
