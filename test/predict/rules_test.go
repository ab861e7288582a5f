package predict_test

import (
	"fmt"
	"strings"
)

// comparison draws a comparison that only the request and the record decide.
func comparison(d dice, w *world) string {
	literal := func(from ...string) string { return one(d, from...) }
	equal := one(d, "=", "!=")
	like := one(d, "=", "!=", "~", "!~", ">", "<=", "?=")
	switch d.index(8) {
	case 0:
		return literal("1 = 1", "1 = 2", `"a" = "a"`, `"a" = "b"`, "true = true", "true = false", "null = null",
			`"" = null`, `1 = "1"`, "1 < 2", `"abc" ~ "b"`)
	case 1:
		return "@request.context " + one(d, "=", "!=", "~") + " " + literal(`"oauth2"`, `"default"`, `"password"`, `""`)
	case 2:
		return "@request.method " + equal + " " + literal(`"POST"`, `"GET"`, `"post"`)
	case 3:
		return literal("@request.auth.id", "@request.auth.collectionName", "@request.auth.verified",
			"@request.auth.email", "@request.auth.name", "@request.auth.nothing") + " " + equal + " " + literal(`""`,
			`"users"`, "true", "false", "null")
	case 4:
		return literal("@request.query.invite", "@request.headers.x_invite", "@request.headers.content_type",
			"@request.query.invite:isset") + " " + like + " " + literal(`""`, `"json"`, "null", "true")
	case 5:
		return "@request.body." + literal("name", "email", "username", "password", "verified", "provider", "createData",
			"extra", "nothing", "id") + literal("", "", ":isset", ":isset", ":lower", ":changed") + " " + like + " " +
			literal(`""`, "true", "false", `"ada lovelace"`, `"Ada Lovelace"`, `"ada@example.com"`, "null", "1",
				`"oidc"`)
	case 6:
		return "email" + literal("", ":lower") + " " + like + " " + literal(`""`, `"ada@example.com"`,
			`"ADA@example.com"`, `"@example.com"`, `"%@example.com"`, `"other.example"`, "@request.body.email",
			"@request.auth.email")
	}
	return ownField(d, w)
}

// ownField draws a comparison of a field of the record.
func ownField(d dice, w *world) string {
	f := one(d, w.Fields...)
	switch f.kind() {
	case "password":
		return one(d, "id", "id:lower") + " " + one(d, `!= ""`, `= ""`, "!= @request.auth.id", "= @request.auth.id")
	case "text", "email", "url", "editor":
		return f.name() + one(d, "", ":lower") + " " + one(d, "=", "!=", "~", "!~", "<", ">=") + " " + one(d, `""`,
			`"ada lovelace"`, `"Ada Lovelace"`, `"ada"`, `"Ada%"`, "null", "@request.body."+f.name(), "name")
	case "bool":
		return f.name() + one(d, " = ", " != ") + one(d, "true", "false", "null", `""`, "1", "0")
	case "number":
		return f.name() + one(d, " = ", " != ", " > ", " <= ") + one(d, "0", "7", "1.5", "-1", "null", `""`, `"7"`)
	case "autodate", "date":
		return f.name() + one(d, " = ", " != ", " > ", " <= ") + one(d, `""`, `"2020-01-01"`, `"2099-01-01"`, "null")
	case "select", "file", "relation":
		return f.name() + one(d, "", ":length", ":each") + one(d, " = ", " != ", " > ", " ?= ", " ~ ") + one(d, `""`,
			"0", "1", `"red"`, "null")
	}
	return one(d, "verified", "emailVisibility") + one(d, " = ", " != ") + one(d, "true", "false", "null", `""`)
}

// opaque draws a comparison that only the database or the clock decides.
func opaque(d dice, w *world) string {
	w.Opaque = true
	related := func(rule string) func() string {
		return func() string {
			w.add(field{"name": "team", "type": "relation", "collectionId": relatedCollection, "maxSelect": 1})
			return rule
		}
	}
	plain := func(rule string) func() string { return func() string { return rule } }
	return one(d, plain(`@collection.`+here+`.id ?!= ""`), plain(`@collection.users.email ?= email`),
		plain(`@collection.users:other.verified ?= true`), plain(`@now > "2020-01-01 00:00:00.000Z"`),
		plain("created <= @now"), plain("@yesterday < @todayStart"), plain(`@year = 1999`),
		related(`team.name = ""`), related(`team.id != ""`), related(`team.email ?~ "@"`),
		related(`@request.body.team.name = ""`), related(`@request.auth.team.id = ""`))()
}

// rule draws a rule.
func rule(d dice, w *world) string {
	part := func() string {
		if d.chance(25) {
			return opaque(d, w)
		}
		return comparison(d, w)
	}
	parts := []string{part()}
	for range likely(d, weighted[int]{6, 0}, weighted[int]{3, 1}, weighted[int]{1, 2}) {
		parts = append(parts, part())
	}
	if len(parts) == 3 {
		return fmt.Sprintf("(%s %s %s) %s %s", parts[0], one(d, "||", "&&"), parts[1], one(d, "&&", "||"), parts[2])
	}
	return strings.Join(parts, one(d, " && ", " || "))
}

func createRule(d dice, w *world) {
	w.CreateRule = nil
	if d.chance(85) {
		text := rule(d, w)
		w.CreateRule = &text
	}
}

func authRule(d dice, w *world) {
	w.AuthRule = nil
	if d.chance(85) {
		text := rule(d, w)
		w.AuthRule = &text
	}
}

func secondFactor(d dice, w *world) {
	text := ""
	if d.chance(80) {
		text = rule(d, w)
	}
	w.MFARule, w.OTP = &text, d.chance(50)
}
