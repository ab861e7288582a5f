package record_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/predict/record"
)

// people returns a collection with the fields, given as PocketBase answers them.
func people(t *testing.T, mapped link.MappedFields, fields ...string) link.CollectionState {
	t.Helper()
	c := link.CollectionState{ID: "people", Name: "people", OAuth2: link.OAuth2State{Mapped: mapped}}
	for _, raw := range fields {
		f := link.CollectionField{Options: json.RawMessage(raw)}
		if err := json.Unmarshal(f.Options, &f); err != nil {
			t.Fatal(err)
		}
		c.Fields = append(c.Fields, f)
	}
	return c
}

func nobody(string, string, bool) (bool, error) { return false, nil }

const (
	emailField    = `{"name":"email","type":"email"}`
	passwordField = `{"name":"password","type":"password","required":true,"min":31}`
	avatarField   = `{"name":"avatar","type":"file","required":true}`
)

func TestReleasesDiffer(t *testing.T) {
	ada := record.User{ID: "1", Name: "Ada", Username: "ada", Email: "a@b.c"}
	tests := []struct {
		name, version string
		mapped        link.MappedFields
		fields        []string
		faults        []record.Fault
	}{
		{name: "made-up password", version: "0.23.12", fields: []string{passwordField},
			faults: []record.Fault{{Field: "password", Code: "validation_min_text_constraint"}}},
		{name: "made-up password", version: "0.24.0", fields: []string{passwordField}},
		{name: "username in an e-mail field", version: "0.36.8", mapped: link.MappedFields{Username: "contact"},
			fields: []string{`{"name":"contact","type":"email"}`}},
		{name: "username in an e-mail field", version: "0.36.9", mapped: link.MappedFields{Username: "contact"},
			fields: []string{`{"name":"contact","type":"email"}`},
			faults: []record.Fault{{Field: "contact", Code: "validation_is_email"}}},
	}
	for _, test := range tests {
		c := people(t, test.mapped, append(test.fields, emailField)...)
		if got := record.New(&c, ada, test.version, none()); !slices.Equal(got.Faults, test.faults) {
			t.Errorf("%s in %s: %v", test.name, test.version, got.Faults)
		}
	}
}

func TestAPictureIsADoubt(t *testing.T) {
	c := people(t, link.MappedFields{AvatarURL: "avatar"}, emailField, avatarField)
	draft := record.New(&c, record.User{ID: "1", AvatarURL: "https://example.com/a.png"}, "", none())
	unknown := draft.Unknown["avatar"] != "" && draft.After["avatar"] == nil
	if len(draft.Faults) > 0 || len(draft.Doubts) != 2 || !unknown {
		t.Errorf("%+v", draft)
	}
	draft = record.New(&c, record.User{ID: "1", AvatarURL: "data:image/svg+xml;base64,AAAA"}, "", none())
	if !slices.Equal(draft.Faults, []record.Fault{{Field: "avatar", Code: "validation_required"}}) {
		t.Errorf("%+v", draft)
	}
}

func TestWhatIsUnknownIsADoubt(t *testing.T) {
	c := people(t, link.MappedFields{Name: "shape"}, emailField, `{"name":"shape","type":"polygon"}`)
	c.Indexes = []string{"CREATE UNIQUE INDEX `one` ON `people` (`email`)"}
	broken := func(string, string, bool) (bool, error) { return false, errors.New("no answer") }
	draft := record.New(&c, record.User{ID: "1", Name: "Ada", Email: "a@b.c"}, "", record.Known{Holds: broken})
	if len(draft.Faults) > 0 || len(draft.Doubts) != 2 || draft.Unknown["shape"] == "" {
		t.Errorf("%+v", draft)
	}
}

func TestAPartialIndexMayLeaveTheOtherRecordOut(t *testing.T) {
	everybody := func(string, string, bool) (bool, error) { return true, nil }
	ada := record.User{ID: "1", Name: "Ada", Email: "a@b.c"}
	c := people(t, link.MappedFields{Name: "name"}, emailField, `{"name":"name","type":"text"}`)
	for condition, faults := range map[string]int{"": 1, " WHERE `name` != ''": 1, " WHERE `email` != ''": 0} {
		c.Indexes = []string{"CREATE UNIQUE INDEX `one` ON `people` (`name`)" + condition}
		draft := record.New(&c, ada, "", record.Known{Holds: everybody})
		if len(draft.Faults) != faults || len(draft.Faults)+len(draft.Doubts) != 1 {
			t.Errorf("%s: %+v", c.Indexes, draft)
		}
	}
}

func TestBlankPasswordsInAUniqueIndexAreADoubt(t *testing.T) {
	c := people(t, link.MappedFields{Name: "pin"}, emailField, `{"name":"pin","type":"password"}`)
	c.Indexes = []string{"CREATE UNIQUE INDEX `one` ON `people` (`pin`)"}
	for name, doubts := range map[string]int{"": 1, "Ada": 0} {
		draft := record.New(&c, record.User{ID: "1", Name: name, Email: "a@b.c"}, "", none())
		if len(draft.Faults) > 0 || len(draft.Doubts) != doubts {
			t.Errorf("with the name %q: %+v", name, draft)
		}
	}
}

func TestAUniqueIndexRefusesFirstBefore024(t *testing.T) {
	taken := func(field, _ string, _ bool) (bool, error) { return field == "email", nil }
	c := people(t, link.MappedFields{}, emailField, `{"name":"extra","type":"text","required":true}`)
	c.Indexes = []string{"CREATE UNIQUE INDEX `one` ON `people` (`email`)"}
	for version, field := range map[string]string{"0.23.0": "email", "0.24.0": "extra"} {
		draft := record.New(&c, record.User{ID: "1", Email: "a@b.c"}, version, record.Known{Holds: taken})
		if len(draft.Faults) != 1 || draft.Faults[0].Field != field || draft.BeforeRule != (field == "email") {
			t.Errorf("%s: %+v", version, draft)
		}
	}
}

// none knows of no other records.
func none() record.Known { return record.Known{Holds: nobody} }
