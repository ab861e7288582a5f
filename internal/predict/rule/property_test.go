package rule_test

import (
	"testing"

	"pgregory.net/rapid"

	"authpocket/internal/predict/rule"
)

// tally counts answers.
type tally struct{ all, unknown, yes, broken int }

func (c *tally) add(a rule.Answer) {
	c.all++
	switch {
	case a.Broken:
		c.broken++
	case a.Truth == rule.Unknown:
		c.unknown++
	case a.Truth == rule.Yes:
		c.yes++
	}
}

func (c *tally) check(t *testing.T) {
	t.Logf("%d rules: %d yes, %d unknown, %d broken", c.all, c.yes, c.unknown, c.broken)
	if c.all > 50 && c.unknown*20 > c.all {
		t.Errorf("%d of %d answers are unknown", c.unknown, c.all)
	}
}

// agree reports whether the answer doesn't contradict PocketBase.
func agree(got rule.Answer, yes bool) bool {
	return got.Truth == rule.Unknown || (got.Truth == rule.Yes) == yes
}

// TestDecideAgreesWithPocketBase asks a real PocketBase for a stored record.
func TestDecideAgreesWithPocketBase(t *testing.T) {
	p := newPeople(t)
	var count tally
	rapid.Check(t, func(t *rapid.T) {
		values := drawValues(t)
		p.store(t, values)
		req := drawRequest(t)
		rec := rule.Record{Fields: p.fields, Values: values}
		text := drawRule(t, 2)
		got := rule.Decide(&text, req, rec)
		yes, broken := p.access(text, req)
		count.add(got)
		if !agree(got, yes) || broken != got.Broken && got.Truth != rule.Unknown {
			t.Fatalf("%s\nDecide: %+v\nPocketBase: %v, broken %v\nvalues %#v\nbody %#v", text, got, yes, broken, values,
				req.Body)
		}
	})
	count.check(t)
}

// TestDecideAgreesWithTheCreateEndpoint asks the real endpoint about a record that doesn't exist yet.
func TestDecideAgreesWithTheCreateEndpoint(t *testing.T) {
	p := newPeople(t)
	var count tally
	rapid.Check(t, func(t *rapid.T) {
		values := drawValues(t)
		for _, name := range []string{"pic", "boss"} {
			values[name] = ""
		}
		for _, name := range []string{"pics", "friends"} {
			values[name] = []string{}
		}
		body := map[string]any{"extra": class("text").value(t), "deep": drawDeep(t)}
		for name, v := range values {
			if chance(t, 60) {
				body[name] = v
			} else {
				values[name] = zero(name)
			}
		}
		values["verified"], values["secret"] = false, ""
		context := pick(t, "context", "oauth2", "default")
		req := rule.Request{Context: context, Method: "POST", Body: body, Query: map[string]string{}}
		if context == "oauth2" {
			req.UnknownBody = map[string]bool{"password": true, "passwordConfirm": true}
		}
		rec := rule.Record{Fields: p.fields, Values: values, New: true}
		text := drawRule(t, 2)
		got := rule.Decide(&text, req, rec)
		yes := p.creates(t, text, req)
		count.add(got)
		if !agree(got, yes) {
			t.Fatalf("%s\nDecide: %+v\nPocketBase: %v\nvalues %#v\nbody %#v", text, got, yes, values, req.Body)
		}
	})
	count.check(t)
}

// TestPocketBaseRefusesBrokenRules holds the table of broken rules against a real PocketBase.
func TestPocketBaseRefusesBrokenRules(t *testing.T) {
	p := newPeople(t)
	for name, text := range brokenRules() {
		if yes, broken := p.access(text, signIn()); yes || !broken {
			t.Errorf("%s: access %v, broken %v", name, yes, broken)
		}
		if p.creates(t, text, rule.Request{Context: "oauth2", Body: map[string]any{"name": "x"}}) {
			t.Errorf("%s: creates a record", name)
		}
	}
}

// TestTheFirstOfTwoUnderscoresIsAWildcard holds a surprise of PocketBase's patterns against a real one.
func TestTheFirstOfTwoUnderscoresIsAWildcard(t *testing.T) {
	p := newPeople(t)
	for _, text := range []string{`"x_a" ~ "__a"`, `"xxa" ~ "__a"`, `"x_a" ~ "_a"`, `"a%_" ~ "_%_"`, `"xxa" ~ "%__a"`} {
		yes, _ := p.access(text, signIn())
		if got := rule.Decide(&text, signIn(), ada()); got.Truth == rule.Unknown || !agree(got, yes) {
			t.Errorf("%s: %+v, PocketBase %v", text, got, yes)
		}
	}
}

func drawValues(t *rapid.T) map[string]any {
	values := map[string]any{}
	for _, name := range fieldNames() {
		values[name] = classOf(name).value(t)
	}
	return values
}

func zero(name string) any {
	switch classOf(name) {
	case "number":
		return 0.0
	case "bool":
		return false
	case "tags", "many":
		return []string{}
	case "json":
		return nil
	}
	return ""
}

func drawDeep(t *rapid.T) any {
	return pick[any](t, "deep", nil, "abc", map[string]any{"a": "abc", "list": []any{"x", 5.0}}, []any{"a"}, true, 5.0)
}

// drawRequest draws a request with fields of the collection and others in its body.
func drawRequest(t *rapid.T) rule.Request {
	body := map[string]any{"extra": class("text").value(t), "deep": drawDeep(t)}
	for _, name := range fieldNames() {
		if chance(t, 50) {
			body[name] = plain(classOf(name).value(t))
		}
	}
	query := map[string]string{"a": pick(t, "a", words()...)}
	return rule.Request{Context: pick(t, "context", "oauth2", "default", "password"),
		Method: pick(t, "method", "POST", "GET"), Body: body, Query: query}
}

// plain returns the value as JSON decodes it.
func plain(v any) any {
	list, ok := v.([]string)
	if !ok {
		return v
	}
	out := []any{}
	for _, item := range list {
		out = append(out, item)
	}
	return out
}
