package rule_test

import (
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/predict/rule"
)

func fields() []link.CollectionField {
	return []link.CollectionField{
		{Name: "id", Type: "text"}, {Name: "name", Type: "text"}, {Name: "age", Type: "number"},
		{Name: "active", Type: "bool"}, {Name: "verified", Type: "bool"}, {Name: "email", Type: "email"},
		{Name: "born", Type: "date"}, {Name: "team", Type: "relation", Options: []byte(`{"maxSelect":1}`)},
		{Name: "tags", Type: "select", Options: []byte(`{"maxSelect":4}`)}, {Name: "meta", Type: "json"},
		{Name: "secret", Type: "text", Options: []byte(`{"hidden":true}`)}, {Name: "place", Type: "geoPoint"},
	}
}

// ada is a stored record, and signIn the request of a guest who signs in with OAuth2.
func ada() rule.Record {
	return rule.Record{Fields: fields(), Unknown: map[string]bool{"born": true}, Values: map[string]any{
		"id": "aaaaaaaaaaaaaaa", "name": "Ada", "age": 36.0, "active": true, "verified": false,
		"email": "ada@company.example",
		"born":  "", "team": "bbbbbbbbbbbbbbb", "tags": []any{"staff", "math"}, "secret": "s",
		"meta": map[string]any{"role": "admin", "levels": []any{1.0, 2.0}},
	}}
}

func signIn() rule.Request {
	return rule.Request{Context: "oauth2", Method: "POST", Body: map[string]any{"provider": "oidc"},
		UnknownBody: map[string]bool{"code": true, "createData": false}}
}

func TestDecide(t *testing.T) {
	for name, c := range map[string]struct {
		rule string
		want rule.Truth
	}{
		"the context":                              {`@request.context = "oauth2"`, rule.Yes},
		"another context":                          {`@request.context != "oauth2"`, rule.No},
		"the context is compared by case":          {`@request.context = "OAuth2"`, rule.No},
		"the method":                               {`@request.method = "POST"`, rule.Yes},
		"a guest has no id":                        {`@request.auth.id != ""`, rule.No},
		"a guest is null":                          {`@request.auth.id = null`, rule.Yes},
		"a guest is not the record":                {`@request.auth.id = id`, rule.No},
		"a bool":                                   {`active = true`, rule.Yes},
		"a bool as a number":                       {`verified = 0`, rule.Yes},
		"an email's end":                           {`email ~ "%@company.example"`, rule.Yes},
		"a part of an email":                       {`email ~ "company"`, rule.Yes},
		"an email that doesn't end so":             {`email !~ "%@other.example"`, rule.Yes},
		"like ignores ASCII case":                  {`name ~ "aDA"`, rule.Yes},
		"an underscore is no wildcard of its own":  {`name ~ "A_a"`, rule.No},
		"the first of two underscores is one":      {`"x_a" ~ "__a"`, rule.Yes},
		"an underscore beside a percent is one":    {`name ~ "A_a%"`, rule.Yes},
		"a number":                                 {`age >= 18`, rule.Yes},
		"a number in quotes":                       {`age = "36"`, rule.Yes},
		"a text that looks like the number":        {`name < 5`, rule.No},
		"a missing key of the body":                {`@request.body.admin:isset = false`, rule.Yes},
		"a missing key is empty":                   {`@request.body.admin = ""`, rule.Yes},
		"a missing key is not true":                {`@request.body.admin != true`, rule.Yes},
		"a key of the body":                        {`@request.body.provider = "oidc"`, rule.Yes},
		"a key with an unknown value is set":       {`@request.body.code:isset = true`, rule.Yes},
		"a key that may be missing":                {`@request.body.createData:isset = true`, rule.Unknown},
		"a key with an unknown value":              {`@request.body.code = "x"`, rule.Unknown},
		"an unchanged field":                       {`@request.body.name:changed = false`, rule.Yes},
		"every tag is staff":                       {`tags:each = "staff"`, rule.No},
		"any tag is staff":                         {`tags:each ?= "staff"`, rule.Yes},
		"every tag has an a":                       {`tags:each ~ "a"`, rule.Yes},
		"one tag can't be two things":              {`tags:each ?= "staff" && tags:each ?= "math"`, rule.No},
		"the number of tags":                       {`tags:length = 2`, rule.Yes},
		"the tags themselves are a JSON text":      {`tags ?= "staff"`, rule.No},
		"a text in the tags":                       {`tags ~ "staff"`, rule.Yes},
		"lower case":                               {`name:lower = "ada"`, rule.Yes},
		"a value inside JSON":                      {`meta.role = "admin"`, rule.Yes},
		"a place in a list inside JSON":            {`meta.levels.1 = 2`, rule.Yes},
		"a missing value inside JSON is not empty": {`meta.none = ""`, rule.No},
		"the id behind a relation":                 {`team.id = "bbbbbbbbbbbbbbb"`, rule.Yes},
		"a field of a related record":              {`team.name = "x"`, rule.Unknown},
		"records that refer to this one":           {`teams_via_owner.id ?= "x"`, rule.Unknown},
		"another collection":                       {`@collection.teams.id ?= id`, rule.Unknown},
		"now":                                      {`born < @now`, rule.Unknown},
		"a distance":                               {`geoDistance(place.lon, place.lat, 1, 2) < 5`, rule.Unknown},
		"a query that is not known":                {`@request.query.token = "x"`, rule.Unknown},
		"a header":                                 {`@request.headers.x_token = "x"`, rule.Unknown},
		"an unknown field":                         {`born = "2024-01-01"`, rule.Unknown},
		"a field that has no value":                {`place.lon > 5`, rule.Unknown},
		"no and unknown":                           {`verified = true && @collection.teams.id ?= id`, rule.No},
		"yes or unknown":                           {`@collection.teams.id ?= id || active = true`, rule.Yes},
		"yes and unknown":                          {`active = true && @collection.teams.id ?= id`, rule.Unknown},
		"and binds tighter than or":                {`active = true || active = true && verified = true`, rule.Yes},
		"parentheses bind tightest":                {`(active = true || active = true) && verified = true`, rule.No},
		"a comment":                                {"// only staff\nactive = true // so far", rule.Yes},
		"a text with an escape":                    {`name = "A\"da"`, rule.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			got := rule.Decide(&c.rule, signIn(), ada())
			if got.Truth != c.want || got.Broken || (got.Unknown != "") != (c.want == rule.Unknown) {
				t.Errorf("Decide(%s) = %+v, want %v", c.rule, got, c.want)
			}
		})
	}
}

func TestDecideWithoutARule(t *testing.T) {
	empty := ""
	if got := rule.Decide(nil, signIn(), ada()); got != (rule.Answer{Truth: rule.No}) {
		t.Errorf("no rule: %+v", got)
	}
	if got := rule.Decide(&empty, signIn(), ada()); got != (rule.Answer{Truth: rule.Yes}) {
		t.Errorf("an empty rule: %+v", got)
	}
}

// brokenRules returns rules that PocketBase can't evaluate, so that it refuses the request.
func brokenRules() map[string]string {
	return map[string]string{
		"only a space":                   " ",
		"only a comment":                 "// nothing",
		"half a comparison":              "name =",
		"no operator":                    "active",
		"an unclosed parenthesis":        "(active = true",
		"empty parentheses":              "active = true || ()",
		"a missing field":                "active = true || nosuch = 1",
		"a field of a text":              "name.first = 1",
		"a modifier that doesn't exist":  "name:upper = 1",
		"a modifier that doesn't fit":    "@request.body.name:each = 1",
		"the body's name before 0.23":    "@request.data.name = 1",
		"a macro that doesn't exist":     "@never > 1",
		"a modifier of the context":      `@request.context:lower = "oauth2"`,
		"a field of auth in another way": `@request.user.id = ""`,
		"more comparisons than allowed":  strings.Repeat("active = true || ", 200) + "active = true",
	}
}

func TestBrokenRules(t *testing.T) {
	for name, text := range brokenRules() {
		t.Run(name, func(t *testing.T) {
			if got := rule.Decide(&text, signIn(), ada()); got != (rule.Answer{Truth: rule.No, Broken: true}) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestUnknownNamesTheComparison(t *testing.T) {
	for text, want := range map[string]string{
		`active = true && (verified = true || @collection.teams.id?=id)`:     `@collection.teams.id ?= id`,
		`@collection.a.b = 1 && verified = true || team.name = 'x'`:          `team.name = 'x'`,
		`team.name="x" && active = true`:                                     `team.name = "x"`,
		"geoDistance(lon,lat, 1, 2) < 5 // near":                             `geoDistance(lon, lat, 1, 2) < 5`,
		`@request.query.a = "b" || active = false || @request.query.c = "d"`: `@request.query.a = "b"`,
	} {
		if got := rule.Decide(&text, signIn(), ada()); got != (rule.Answer{Unknown: want}) {
			t.Errorf("%s: %+v, want %s", text, got, want)
		}
	}
}

// TestANewRecordHasNoColumnTypes holds what differs before a record is stored.
func TestANewRecordHasNoColumnTypes(t *testing.T) {
	record := func(fresh bool) rule.Record {
		rec := ada()
		rec.New, rec.Values["name"] = fresh, "5.0"
		return rec
	}
	create := signIn()
	create.Body = map[string]any{"name": "5.0", "age": "36", "secret": "s", "verified": true}
	old := create
	old.Version = "0.23.4"
	for _, c := range []struct {
		name, rule          string
		stored, fresh, then rule.Truth
	}{
		{"a text with a number", `name = 5`, rule.Yes, rule.No, rule.Yes},
		{"a number with a text", `age = "36"`, rule.Yes, rule.No, rule.Yes},
		{"a number as a text", `age ~ "36.0"`, rule.No, rule.Yes, rule.No},
		{"a text with a text", `name = "5.0"`, rule.Yes, rule.Yes, rule.Yes},
		{"a number in the body", `@request.body.age = 36`, rule.Yes, rule.Yes, rule.Yes},
		{"a hidden field in the body", `@request.body.secret:isset = true`, rule.Yes, rule.No, rule.No},
		{"what the body wants of verified", `@request.body.verified = true`, rule.Yes, rule.Yes, rule.Yes},
		{"verified itself", `verified = true`, rule.No, rule.No, rule.No},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := rule.Decide(&c.rule, create, record(false)); got.Truth != c.stored {
				t.Errorf("stored: %+v, want %v", got, c.stored)
			}
			if got := rule.Decide(&c.rule, create, record(true)); got.Truth != c.fresh {
				t.Errorf("new: %+v, want %v", got, c.fresh)
			}
			if got := rule.Decide(&c.rule, old, record(true)); got.Truth != c.then {
				t.Errorf("new in 0.23: %+v, want %v", got, c.then)
			}
		})
	}
}

func TestMissingElementsBefore024(t *testing.T) {
	rec := ada()
	rec.Values["tags"] = []any{}
	text := `tags:each != "staff"`
	now, then := signIn(), signIn()
	then.Version = "0.23.12"
	if got := rule.Decide(&text, now, rec); got.Truth != rule.Yes {
		t.Errorf("now: %+v", got)
	}
	if got := rule.Decide(&text, then, rec); got.Truth != rule.No {
		t.Errorf("in 0.23: %+v", got)
	}
	joins := `@collection.teams.name = "x" || @request.auth.id = ""`
	if got := rule.Decide(&joins, then, rule.Record{}); got.Truth != rule.Unknown ||
		got.Unknown != "@collection.teams.name" {
		t.Errorf("with another collection: %+v", got)
	}
	if got := rule.Decide(&joins, rule.Request{Version: "0.24.0"}, rule.Record{}); got.Truth != rule.Yes {
		t.Errorf("in 0.24: %+v", got)
	}
}

func TestFieldsThatAreNotKnownAreNotMissing(t *testing.T) {
	rec := ada()
	rec.Fields = nil
	for text, want := range map[string]rule.Truth{
		`name = "Ada"`: rule.Unknown, `true = true`: rule.Yes, `name = "Ada" || @request.context = "oauth2"`: rule.Yes,
	} {
		if got := rule.Decide(&text, signIn(), rec); got.Truth != want {
			t.Errorf("%s: %+v, want %v", text, got, want)
		}
	}
}
