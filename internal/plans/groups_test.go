package plans_test

import (
	"encoding/json"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans/resolve"
)

// TestGroupFieldsAreCheckedAgainstTheCollection names fields that the hook cannot set.
func TestGroupFieldsAreCheckedAgainstTheCollection(t *testing.T) {
	for name, test := range map[string]struct {
		field link.GroupField
		at    string // of the problem, empty for none
	}{
		"a flag":                {link.GroupField{Field: "is_admin", When: "admins"}, ""},
		"a flag without group":  {link.GroupField{Field: "is_admin"}, "field"},
		"a flag with values":    {link.GroupField{Field: "is_admin", When: "a", Values: map[string]string{}}, "when"},
		"a select":              {link.GroupField{Field: "role", Values: map[string]string{"a": "staff"}}, ""},
		"no such option":        {link.GroupField{Field: "role", Values: map[string]string{"a": "boss"}}, "values"},
		"a select with when":    {link.GroupField{Field: "role", When: "a"}, "when"},
		"a select with by":      {link.GroupField{Field: "role", By: "title"}, "by"},
		"a relation":            {link.GroupField{Field: "team", By: "title"}, ""},
		"no such field":         {link.GroupField{Field: "nothing"}, "field"},
		"a system field":        {link.GroupField{Field: "verified", When: "a"}, "field"},
		"a number":              {link.GroupField{Field: "count"}, "field"},
		"a required field":      {link.GroupField{Field: "needed"}, "field"},
		"a mapped field":        {link.GroupField{Field: "name"}, "field"},
		"a unique field":        {link.GroupField{Field: "badge"}, "field"},
		"in the create rule":    {link.GroupField{Field: "ruled"}, "field"},
		"no name of a field":    {link.GroupField{Field: "a b"}, "field"},
		"that JavaScript takes": {link.GroupField{Field: "__proto__"}, "field"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			c := &w.collections[0]
			c.OAuth2.Mapped.Name, c.CreateRule = "name", new(`@request.body.ruled:isset = false`)
			c.Indexes = []string{"CREATE UNIQUE INDEX `i` ON `users` (`badge`)", "CREATE INDEX `j` ON `users` (`role`)"}
			c.Fields = append(c.Fields, link.CollectionField{Name: "is_admin", Type: "bool"},
				link.CollectionField{Name: "role", Type: "select",
					Options: json.RawMessage(`{"values": ["staff"], "maxSelect": 1}`)},
				link.CollectionField{Name: "team", Type: "relation"},
				link.CollectionField{Name: "count", Type: "number"},
				link.CollectionField{Name: "verified", Type: "bool", System: true},
				link.CollectionField{Name: "needed", Type: "text", Required: true},
				link.CollectionField{Name: "badge", Type: "text"}, link.CollectionField{Name: "ruled", Type: "text"})
			s := minimal()
			s.PocketBase.Groups = []link.GroupField{test.field}
			problems := s.Validate()
			if len(problems) == 0 {
				a, p := w.observe(s.Query())
				d, more := resolve.Desired(s, &a, &p, link.Generated{})
				if problems = more; d.Groups.Claim != "groups" || len(d.Groups.Fields) != 1 {
					t.Errorf("it comes to %+v", d.Groups)
				}
			}
			want := ""
			if test.at != "" {
				want = "pocketbase.groups.0." + test.at
			}
			switch {
			case want == "" && len(problems) > 0:
				t.Errorf("it is refused: %v", problems)
			case want != "" && (len(problems) == 0 || problems[0].Field != want):
				t.Errorf("the problems are %v, not one at %s", problems, want)
			}
		})
	}
}
