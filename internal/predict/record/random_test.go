package record_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
	"pgregory.net/rapid"
)

// words are texts that some kind of field reads in its own way.
func words() []string {
	return []string{
		"", "Ada", "ada", "ADA", "Ada Lovelace", " ada ", "a", "b", "a,b", "日本語", "ä", "a\u200bb", "a\x07b",
		"\U000e0001", "x\ufffdy", "\x00", "\n", "ada@example.com", "ADA@example.com", "ada@EXAMPLE.com",
		"ada@sub.example.org",
		"ada@",
		"\"ada\"@example.com", "a da@example.com", "ada@xn--bcher-kva.example", "ada@bücher.example", "ada@localhost",
		"0", "1", "12", "-3.5", "0.5", "1e3", "1e400", "NaN", "inf", "-Inf", "0x10", "1_000", "9007199254740993",
		"1e19",
		"true", "false", "t", "TRUE", "True", "yes", "null", "2024-05-06", "2024-05-06 07:08:09.123Z",
		"2024-05-06T07:08:09Z", "2024-05-06 07:08:09.123456Z", "06 May 24 07:08 UTC", "1714978000", "0001-01-01",
		"2024-13-01", `{"a":1}`, `{"a":1,"a":2}`, `{}`, `[]`, `""`, `"x"`, `{"lon":12,"lat":45}`, `{"lon":12,"lat":91}`,
		`{"lon":12,"lat":"x"}`, `{"LON":1,"Lat":2}`, `{"lon":200,"lat":1}`, `{"lon":0,"lat":0}`, `["a","b"]`,
		`["b","a","a"]`, `["a",1]`, `["a"]`, `[1,2]`, `["[\"a\"]"]`, `["[\"a\",\"b\"]"]`, `[`, "x[y", `[""]`, "-", "{x",
		"https://example.com/x.png", "http://127.0.0.1:1/a.png", "http://[::1]/a.png", "data:image/svg+xml;base64,AAAA",
		"/media/x.png", "example.com", "http://ex ample", "ftp://x.example", "HTTP://EXAMPLE.COM", "localhost:80",
		"http://example.com:8080/?a=b", "//example.com", "mailto:ada@example.com", "1a.example:80",
		strings.Repeat("ä", 5000), strings.Repeat("ä", 5001), strings.Repeat("x", 71), strings.Repeat("x", 73),
		"abcdefghijklmno", "ABCDEFGHIJKLMNO", "abcdefghijklmn0", "con", "COM1", "a.b", "x y", "a/b", "a*", "abc", "ABC",
	}
}

// pictures are addresses from which nothing can be downloaded here.
func pictures() []string {
	return []string{"", "http://127.0.0.1:1/a.png", "data:image/svg+xml;base64,AAAA", "/media/x.png", "http://[::1]/a",
		"::bad", "http://192.168.0.1/a.png", "file:///etc/hosts", "http://0.0.0.0/a"}
}

func anyWord() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(words()), rapid.SampledFrom(words()), rapid.String(),
		rapid.StringMatching(`[a-zA-Z0-9._-]{1,9}@[a-z]{1,6}\.(com|org)`),
		rapid.StringMatching(`https?://[a-z.]{1,9}(:[0-9]{1,4})?(/[a-z]*)?`),
		rapid.StringMatching(`-?[0-9]{1,4}(\.[0-9]{1,2})?`), rapid.StringMatching(`[a-z0-9]{14,16}`))
}

func sometimes(t *rapid.T, label string) bool { return rapid.IntRange(0, 3).Draw(t, label) == 0 }

func pick[T any](t *rapid.T, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, label)
}

func optional(t *rapid.T, label string, from ...float64) *float64 {
	if rapid.Bool().Draw(t, label+" given") {
		return types.Pointer(pick(t, label, from...))
	}
	return nil
}

func date(t *rapid.T, label string, from ...string) types.DateTime {
	d, err := types.ParseDateTime(pick(t, label, from...))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func domains(t *rapid.T) (only, except []string) {
	switch pick(t, "domains", "", "", "only", "except") {
	case "only":
		return []string{"example.com", "example.org"}, nil
	case "except":
		return nil, []string{"example.com"}
	}
	return nil, nil
}

// randomField returns a field with random options.
func randomField(t *rapid.T, name, related string) core.Field {
	required, hidden := sometimes(t, "required"), rapid.IntRange(0, 7).Draw(t, "hidden") == 0
	switch pick(t, "type", "text", "text", "text", "editor", "email", "url", "number", "bool", "select", "relation",
		"file", "date", "autodate", "json", "geoPoint", "password") {
	case "text":
		return &core.TextField{Name: name, Required: required, Hidden: hidden, Min: pick(t, "min", 0, 0, 2, 4),
			Max: pick(t, "max", 0, 0, 5, 20), Pattern: pick(t, "pattern", "", "", `^\w+$`, `^[\p{L} ]+$`),
			AutogeneratePattern: pick(t, "auto", "", "", "", "[a-z]{4}")}
	case "editor":
		return &core.EditorField{Name: name, Required: required, Hidden: hidden,
			MaxSize: pick(t, "size", int64(0), 5, 80)}
	case "email":
		only, except := domains(t)
		return &core.EmailField{Name: name, Required: required, Hidden: hidden, OnlyDomains: only,
			ExceptDomains: except}
	case "url":
		only, except := domains(t)
		return &core.URLField{Name: name, Required: required, Hidden: hidden, OnlyDomains: only,
			ExceptDomains: except}
	case "number":
		return &core.NumberField{Name: name, Required: required, Hidden: hidden, OnlyInt: sometimes(t, "int"),
			Min: optional(t, "min", -1, 0, 2), Max: optional(t, "max", 2, 100)}
	case "bool":
		return &core.BoolField{Name: name, Required: required, Hidden: hidden}
	case "select":
		return &core.SelectField{Name: name, Required: required, Hidden: hidden,
			Values:    []string{"a", "b", "Ada", "true"},
			MaxSelect: pick(t, "max", 0, 1, 2, 3)}
	case "relation":
		least := pick(t, "min", 0, 0, 2)
		return &core.RelationField{Name: name, Required: required, Hidden: hidden, CollectionId: related,
			MinSelect: least,
			MaxSelect: least + pick(t, "more", 0, 1, 2)}
	case "file":
		return &core.FileField{Name: name, Required: required, Hidden: hidden, MaxSelect: pick(t, "max", 0, 1, 2)}
	case "date":
		return &core.DateField{Name: name, Required: required, Hidden: hidden,
			Min: date(t, "min", "", "", "2024-05-06 07:08:09.123Z"), Max: date(t, "max", "", "", "2024-05-07")}
	case "autodate":
		return &core.AutodateField{Name: name, Hidden: hidden, OnUpdate: true,
			OnCreate: rapid.Bool().Draw(t, "on create")}
	case "json":
		return &core.JSONField{Name: name, Required: required, Hidden: hidden,
			MaxSize: pick(t, "size", int64(0), 5, 80)}
	case "geoPoint":
		return &core.GeoPointField{Name: name, Required: required, Hidden: hidden}
	}
	return &core.PasswordField{Name: name, Required: required, Hidden: hidden, Cost: 4, Min: pick(t, "min", 1, 3),
		Max: pick(t, "max", 0, 20), Pattern: pick(t, "pattern", "", `^\w+$`)}
}

// randomIndex returns a unique index of one or two fields.
func randomIndex(t *rapid.T, i int, names []string) string {
	quoted := func(name string) string { return pick(t, "quote", "`"+name+"`", name) }
	columns := quoted(pick(t, "column", names...)) + pick(t, "collate", "", " COLLATE NOCASE")
	if rapid.IntRange(0, 9).Draw(t, "lower") == 0 {
		columns = "lower(" + columns + ")"
	}
	if sometimes(t, "two") {
		columns += ", " + quoted(pick(t, "second column", names...))
	}
	where := ""
	if sometimes(t, "where") {
		where = " WHERE " + quoted(pick(t, "where", names...)) + " != ''"
	}
	unique := pick(t, "unique", "UNIQUE ", "UNIQUE ", "UNIQUE ", "")
	return fmt.Sprintf("CREATE %sINDEX `idx_%d_%d` ON `t` (%s)%s", unique, rapid.IntRange(0, 1<<30).Draw(t, "name"), i,
		columns, where)
}

// randomCollection changes a new collection at random.
func randomCollection(t *rapid.T, related string) func(*core.Collection) {
	return func(c *core.Collection) {
		names := []string{"email", "emailVisibility", "verified"}
		var own []string
		for i := range rapid.IntRange(1, 4).Draw(t, "fields") {
			name := fmt.Sprintf("f%d", i)
			own = append(own, name)
			c.Fields.Add(randomField(t, name, related))
		}
		email, _ := c.Fields.GetByName("email").(*core.EmailField)
		email.Required = rapid.Bool().Draw(t, "email required")
		email.OnlyDomains, email.ExceptDomains = domains(t)
		if id, _ := c.Fields.GetByName("id").(*core.TextField); sometimes(t, "own ids") {
			id.Min, id.Max = 0, 0
			id.Pattern = pick(t, "id pattern", "^[a-z0-9]+$", "^.+$", `^\S+$`)
		}
		all := append(append([]string{}, own...), own...)
		all = append(all, names...)
		all = append(all, "id", "password", "tokenKey", "", "")
		field := func(label string) string { return pick(t, label, all...) }
		c.OAuth2.MappedFields = core.OAuth2KnownFields{Id: field("map id"), Name: field("map name"),
			Username: field("map username"), AvatarURL: field("map avatar")}
		for i := range rapid.IntRange(0, 2).Draw(t, "indexes") {
			c.Indexes = append(c.Indexes, randomIndex(t, i, append(own, "email", "verified")))
		}
	}
}

// randomClaims returns the claims of a person.
func randomClaims(t *rapid.T, c *core.Collection) map[string]any {
	picture := anyWord()
	if f := c.Fields.GetByName(c.OAuth2.MappedFields.AvatarURL); f != nil && f.Type() == core.FieldTypeFile {
		picture = rapid.SampledFrom(pictures())
	}
	subject := rapid.OneOf(rapid.StringMatching(`[a-z0-9]{15}`), rapid.SampledFrom(words()),
		rapid.StringMatching(`[0-9a-f]{64}`))
	email := rapid.OneOf(anyWord(), rapid.StringMatching(`[a-z]{1,3}@(example\.com|x\.org)`))
	return map[string]any{
		"sub": subject.Draw(t, "sub"), "name": anyWord().Draw(t, "name"), "picture": picture.Draw(t, "picture"),
		"preferred_username": anyWord().Draw(t, "username"),
		"email":              email.Draw(t, "email"),
		"email_verified": pick[any](t, "verified", true, true, true, false, nil, "true", "yes", 1, 0, 0.5,
			[]string{"x"}),
	}
}

// TestRealSignIns compares the draft with what a real PocketBase does at the first sign-ins to random collections.
func TestRealSignIns(t *testing.T) {
	r := startReal(t)
	provider := r.provider(t)
	related := core.NewBaseCollection("related")
	if err := r.server.App().Save(related); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		c, err := r.collection(provider, randomCollection(t, related.Id))
		if err != nil {
			t.Skip("PocketBase refuses the collection: ", err)
		}
		defer func() {
			if err := r.server.App().Delete(c); err != nil {
				t.Error(err)
			}
		}()
		subjects := map[any]bool{}
		for range rapid.IntRange(1, 4).Draw(t, "people") {
			claims := randomClaims(t, c)
			if subjects[claims["sub"]] {
				continue
			}
			subjects[claims["sub"]] = true
			r.compare(t, c, claims)
		}
	})
}
