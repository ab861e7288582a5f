package hooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dop251/goja"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"authpocket/internal/export"
	"authpocket/internal/link"
)

// hostile are names of groups that a careless file would run, break off at, or take for something else.
func hostile() []string {
	return []string{
		`"`, `'`, "`", "`${1}`", `\`, `\"`, "a\nb", "a\r\nb", "\u2028", "\u2029", "*/", "//", "</script>", "<!--",
		`"]]; throw 1; [["`, `"}; $os.exit(1); ({"a":"`, "__proto__", "constructor", "toString", "hasOwnProperty",
		"LINK;", "FIELDS;", "COLLECTION)", "$1", "$&", "$`", "\u202eevil", "\u200b", "a\u0300", "𝔘", "日本", "x' OR 1=1 --",
		"%", "_", strings.Repeat("long ", 400), strings.Repeat(`"\`, 300), "true", "null", "0", " padded ",
	}
}

// TestHostileNames puts each name in as the group of a flag, as a value, as a record and as itself.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	values := map[string]string{}
	fields := []object{{"name": "raw", "type": "json", "maxSize": 1 << 20},
		{"name": "mapped", "type": "json", "maxSize": 1 << 20},
		{"name": "teams", "type": "relation", "maxSelect": 2000}}
	groups := []link.GroupField{{Field: "raw"}, {Field: "mapped", Values: values}, {Field: "teams"}}
	for i, name := range hostile() {
		values[name] = "of " + name
		flag := fmt.Sprintf("is_%d", i)
		fields = append(fields, object{"name": flag, "type": "bool"})
		groups = append(groups, link.GroupField{Field: flag, When: name})
	}
	s := start(t, collection{fields: fields, groups: groups})
	teams := map[string]string{}
	for _, name := range hostile() {
		teams[name] = s.team(name)
	}
	for i, name := range hostile() {
		record := s.signIn("ada", []string{name})
		check(t, name, record, object{"raw": []string{name}, "mapped": []string{"of " + name},
			"teams": []string{teams[name]}, fmt.Sprintf("is_%d", i): true,
			fmt.Sprintf("is_%d", (i+1)%len(hostile())): false})
	}
	record := s.signIn("ada", hostile())
	raw, _ := record["raw"].([]any)
	if len(raw) != len(hostile()) {
		t.Errorf("%d of %d names are kept", len(raw), len(hostile()))
	}
	s.warned(0)
}

// TestManyGroups has a person in a thousand groups, and then in none.
func TestManyGroups(t *testing.T) {
	t.Parallel()
	const many = 1000
	s := start(t, collection{fields: []object{{"name": "list", "type": "json"}, {"name": "text", "type": "text"},
		{"name": "one", "type": "select", "values": []string{"group 7"}, "maxSelect": 1},
		{"name": "teams", "type": "relation", "maxSelect": many}, {"name": "is_admin", "type": "bool"}},
		groups: []link.GroupField{{Field: "list"}, {Field: "text"},
			{Field: "one", Values: map[string]string{"group 7": "group 7"}}, {Field: "teams"},
			{Field: "is_admin", When: "group 999"}}})
	var names []string
	for i := range many {
		names = append(names, fmt.Sprintf("group %d", i))
	}
	for _, name := range names[:300] {
		s.team(name)
	}
	record := s.signIn("ada", names)
	list, _ := record["list"].([]any)
	if len(list) != many {
		t.Errorf("%d groups are kept", len(list))
	}
	check(t, "a thousand groups", record, object{"text": "", "one": "group 7", "teams": []string{}, "is_admin": true})
	reasons := s.warned(2) // 700 of the teams are missing, and the text is longer than 5,000 characters
	missing := func(r string) bool { return strings.Contains(r, "0 related records are called") }
	if !slices.ContainsFunc(reasons, missing) {
		t.Errorf("the log says %q", reasons)
	}
	record = s.signIn("ada", names[:300])
	related, _ := record["teams"].([]any)
	if len(related) != 300 {
		t.Errorf("%d teams are related", len(related))
	}
	check(t, "none", s.signIn("ada", []string{}), object{"list": "[]", "text": "", "one": "", "teams": "[]",
		"is_admin": false})
}

// TestWhatAFieldCannotHold keeps what the field has.
func TestWhatAFieldCannotHold(t *testing.T) {
	t.Parallel()
	c := collection{
		fields: []object{{"name": "role", "type": "select", "values": []string{"a", "b"}, "maxSelect": 1},
			{"name": "roles", "type": "select", "values": []string{"a", "b"}, "maxSelect": 2},
			{"name": "short", "type": "text", "max": 5}, {"name": "shape", "type": "text", "pattern": "^[a-z, ]*$"},
			{"name": "small", "type": "json", "maxSize": 12}, {"name": "team", "type": "relation", "maxSelect": 1}},
		groups: []link.GroupField{{Field: "role"}, {Field: "roles"}, {Field: "short"}, {Field: "shape"},
			{Field: "small"}, {Field: "team"}}}
	s := start(t, c)
	a := s.team("a")
	s.team("twice")
	s.team("twice")
	held := object{"role": "a", "roles": []string{"a"}, "short": "a", "shape": "a", "small": []string{"a"}, "team": a}
	check(t, "what all hold", s.signIn("ada", []string{"a"}), held)
	for i, groups := range [][]string{{"Nothing else"}, {"a", "b", "C, D"}} {
		check(t, fmt.Sprint(groups), s.signIn("ada", groups), held)
		s.warned(6 * (i + 1))
	}
	check(t, "two of one name", s.signIn("ada", []string{"twice"}), object{"team": a, "role": "a",
		"short": "twice", "shape": "twice", "small": []string{"twice"}})
	s.warned(15)
}

// TestTheHooksLiterals loads hooks with any names, and reads the names back from the JavaScript engine.
func TestTheHooksLiterals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom(hostile()), rapid.String(),
			rapid.StringOfN(rapid.RuneFrom([]rune("\"'`\\$\n\r\u2028;)}]/*<>{[(a")), 0, 40, -1)).Filter(
			func(s string) bool { return !strings.ContainsRune(s, 0) })
		collection, slot := name.Draw(rt, "collection"), name.Draw(rt, "slot")
		pair := [2]string{name.Draw(rt, "group"), name.Draw(rt, "value")}
		when := name.Draw(rt, "when")
		plan := link.Plan{Desired: link.Desired{Collection: link.CollectionState{Name: collection},
			Slot: link.OAuth2Provider{Slot: slot}, Groups: link.GroupsInto{Claim: "groups", Fields: []link.GroupField{
				{Field: "role", Values: map[string]string{pair[0]: pair[1]}}, {Field: "flag", When: when}}}}}
		var text bytes.Buffer
		if err := export.Hook().Write(&text, plan); err != nil {
			rt.Fatal(err)
		}
		vm := goja.New()
		var tags []string
		var source string
		register := func(callback, tag string) {
			tags = append(tags, tag)
			if source == "" {
				source = callback
			}
		}
		for _, hook := range []string{"onRecordAuthWithOAuth2Request", "onRecordCreateRequest",
			"onRecordUpdateRequest"} {
			if err := vm.Set(hook, register); err != nil {
				rt.Fatal(err)
			}
		}
		if _, err := vm.RunScript("hook.pb.js", text.String()); err != nil {
			rt.Fatalf("the hook does not load: %v\n%s", err, text.String())
		}
		if diff := cmp.Diff([]string{collection, collection, collection}, tags); diff != "" {
			rt.Error(diff)
		}
		// PocketBase runs the text of the function, which here gives its data away.
		if _, err := vm.RunString("read = " + strings.Replace(source, ";\n\n  // warn ", ";\n  return link;\n  // ",
			1)); err != nil {
			rt.Fatal(err)
		}
		data, err := vm.RunString("JSON.stringify(read({}))")
		if err != nil {
			rt.Fatal(err)
		}
		whenOrNull := any(when)
		if when == "" {
			whenOrNull = nil
		}
		want := object{"slot": slot, "claim": "groups", "fields": []any{
			object{"field": "role", "when": nil, "by": "name", "values": []any{[]any{pair[0], pair[1]}}},
			object{"field": "flag", "when": whenOrNull, "by": "name", "values": nil}}}
		var got object
		if err := json.Unmarshal([]byte(data.String()), &got); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Error(diff)
		}
	})
}
