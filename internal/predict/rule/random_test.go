package rule_test

import (
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

func pick[T any](t *rapid.T, label string, list ...T) T {
	return rapid.SampledFrom(list).Draw(t, label)
}

// chance returns true in that many of a hundred cases.
func chance(t *rapid.T, percent int) bool { return rapid.IntRange(0, 99).Draw(t, "chance") < percent }

func words() []string {
	return []string{"", "a", "A", "abc", "Abc", "a%c", "a_c", "a__c", "abbc", "5", "5.0", "0", "1",
		"-2", "true", "ä", "Ä b", " 5 ",
		"b"}
}

func numbers() []float64 { return []float64{0, 1, 5, -2, 2.5, 100, 0.1} }

func dates() []string {
	return []string{"", "2024-01-01 10:00:00.000Z", "2030-12-31 23:59:59.999Z"}
}

func subset(t *rapid.T, list ...string) []string {
	got := rapid.SliceOfNDistinct(rapid.SampledFrom(list), 0, 3, rapid.ID).Draw(t, "subset")
	if got == nil {
		got = []string{}
	}
	return got
}

// class is the kind of values that an operand has.
type class string

func classOf(field string) class {
	switch field {
	case "age", "score":
		return "number"
	case "active", "verified":
		return "bool"
	case "born":
		return "date"
	case "mail", "email":
		return "mail"
	case "site":
		return "site"
	case "meta":
		return "json"
	case "kind":
		return "kind"
	case "tags":
		return "tags"
	case "boss", "pic":
		return "one"
	case "friends", "pics":
		return "many"
	}
	return "text"
}

// value draws a value of the class, as PocketBase stores it.
func (c class) value(t *rapid.T) any {
	switch c {
	case "number":
		return pick(t, "number", numbers()...)
	case "bool":
		return rapid.Bool().Draw(t, "bool")
	case "date":
		return pick(t, "date", dates()...)
	case "mail":
		return pick(t, "mail", "", "a@b.example", "A@b.example")
	case "site":
		return pick(t, "site", "", "https://a.example/x_y")
	case "kind":
		return pick(t, "kind", "", "a", "b", "5")
	case "tags":
		return subset(t, "a", "b", "5", "true")
	case "one":
		return pick(t, "one", "", "aaaaaaaaaaaaaaa", "b.png")
	case "many":
		return subset(t, "aaaaaaaaaaaaaaa", "b.png", "c.png")
	case "json":
		return drawJSON(t)
	}
	return pick(t, "word", words()...)
}

func drawJSON(t *rapid.T) any {
	plain := []any{nil, true, false, "abc", "a", "", "5x", 5.0, 2.5, 0.0, []any{"a", "b"}, []any{},
		map[string]any{"a": "abc"}, map[string]any{"a": map[string]any{"b": 5.0}},
		map[string]any{"a": []any{true, "x"}}}
	return pick(t, "json", plain...)
}

// literal draws a literal of the class.
func (c class) literal(t *rapid.T) string {
	switch v := c.value(t).(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case string:
		return quoted(t, v)
	case []string:
		return quoted(t, append(v, "a")[0])
	}
	return pick(t, "odd literal", "null", `"abc"`, "5", "true", `""`)
}

func quoted(t *rapid.T, s string) string {
	if rapid.Bool().Draw(t, "single quotes") {
		return "'" + s + "'"
	}
	return `"` + s + `"`
}

func fieldNames() []string {
	return []string{"name", "nick", "note", "age", "score", "active", "mail", "site", "born", "kind", "tags",
		"pic", "pics", "meta", "boss", "friends", "secret", "verified", "email"}
}

func multiple() []string { return []string{"kind", "tags", "pic", "pics", "boss", "friends"} }

// operand draws an operand and the class of what it is compared with.
func drawOperand(t *rapid.T) (string, class) {
	switch n := rapid.IntRange(0, 99).Draw(t, "operand"); {
	case n < 40:
		return drawField(t, "")
	case n < 65:
		return drawField(t, "@request.body.")
	case n < 72:
		return "@request.body." + pick(t, "extra", "extra", "more", "deep.a", "deep.list.1", "deep.none", "none",
			"extra:isset", "none:isset", "deep.a:isset", "extra:lower", "meta.a", "more.x"), "text"
	case n < 80:
		return "@request.context", "context"
	case n < 83:
		return "@request.method", "method"
	case n < 90:
		return pick(t, "auth", "@request.auth.id", "@request.auth.name", "@request.auth.verified",
			"@request.auth.team.name:lower"), "text"
	case n < 92:
		return pick(t, "inside", "meta.a", "meta.a.b", "meta.0", "meta.a.0:lower", "meta.none"), "json"
	case n < 94:
		return pick(t, "query", "@request.query.a", "@request.query.b", "@request.query.a:isset"), "text"
	}
	c := class(pick(t, "literal of", "text", "number", "bool", "json"))
	return c.literal(t), c
}

// drawOdd draws an operand that PocketBase can't resolve, or that is a surprise.
func drawOdd(t *rapid.T) string {
	return pick(t, "odd", "nosuch", "name.first", "@request.data.name", "@request.body.name:each",
		"@request.body.extra:length", "name:nosuch", "boss.id", "friends:length", "@request.context:lower",
		"@nosuch", "meta:lower", "name:lower:lower", "@request.body.extra:changed", "@request", "meta",
		"tags", "kind:each", "@request.body.kind:each", "True", "NULL", "@request.body.nosuch:nosuch",
		"@request.body.boss.name", "id:length", "@request.body.meta.a.b.c", "place.lon", "#x", "-",
		"meta.a:lower", "@request.query.a:lower", "@request.auth.x:each")
}

func drawField(t *rapid.T, prefix string) (string, class) {
	name := pick(t, "field", fieldNames()...)
	c := classOf(name)
	if !chance(t, 30) {
		return prefix + name, c
	}
	modifier := pick(t, "modifier", "isset", "lower", "each", "length", "changed")
	body := prefix != ""
	isMultiple := slices.Contains(multiple(), name)
	switch {
	case modifier == "length" && isMultiple:
		c = "number"
	case modifier == "lower" && c != "text":
		modifier = "length"
		return drawList(t, prefix, modifier)
	case body && (modifier == "isset" || modifier == "changed"):
		c = "bool"
	case body && modifier == "each" && !isMultiple, body && modifier == "length" && !isMultiple:
		return drawList(t, prefix, modifier)
	}
	return prefix + name + ":" + modifier, c
}

func drawList(t *rapid.T, prefix, modifier string) (string, class) {
	name := pick(t, "list", multiple()...)
	if modifier == "length" {
		return prefix + name + ":" + modifier, "number"
	}
	return prefix + name + ":" + modifier, classOf(name)
}

// drawComparison draws a comparison, mostly one that makes sense.
func drawComparison(t *rapid.T) string {
	left, c := drawOperand(t)
	if c != "context" && c != "method" && chance(t, 15) {
		c = class(pick(t, "other class", "text", "number", "bool", "date", "tags", "json"))
	}
	var right string
	switch {
	case c == "context":
		right = quoted(t, pick(t, "context", "oauth2", "default", "", "OAUTH2", "auth"))
	case c == "method":
		right = quoted(t, pick(t, "method", "POST", "GET", "post"))
	case chance(t, 75):
		right = c.literal(t)
	case chance(t, 30):
		right = pick(t, "word", "null", "true", "false", "NULL", `""`, "''")
	case chance(t, 90):
		right, _ = drawOperand(t)
	default:
		right = drawOdd(t)
	}
	signs := []string{"=", "!=", "=", "!=", "~", "!~"}
	if c == "number" || c == "date" || chance(t, 10) {
		signs = []string{"=", "!=", "<", "<=", ">", ">="}
	}
	sign := pick(t, "sign", signs...)
	if chance(t, 15) {
		sign = "?" + sign
	}
	if strings.HasSuffix(sign, "~") && strings.HasSuffix(right, ":each") || chance(t, 10) {
		left, right = right, left
	}
	space := pick(t, "space", " ", " ", "", "\n", " // why\n ")
	return left + space + sign + space + right
}

// drawRule draws a rule with up to five comparisons.
func drawRule(t *rapid.T, depth int) string {
	var out strings.Builder
	for i := range rapid.IntRange(1, 3).Draw(t, "conditions") {
		if i > 0 {
			out.WriteString(pick(t, "join", " && ", " || ", "&&", "\n||\n"))
		}
		if depth > 0 && chance(t, 20) {
			out.WriteString("(" + drawRule(t, depth-1) + ")")
			continue
		}
		out.WriteString(drawComparison(t))
	}
	return out.String()
}
