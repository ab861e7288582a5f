package rest

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"authpocket/internal/link"
	"authpocket/test/hostile"
)

func TestComplaintsOfEveryShape(t *testing.T) {
	for body, want := range map[string][]string{
		`{"slug":["Taken."]}`: {"slug: Taken."},
		`{"app":{"slug":["Taken."]},"provider":{"name":["No"]}}`: {"app slug: Taken.", "provider name: No"},
		`{"provider":"User lacks permission"}`:                   {"provider: User lacks permission"},
		`{"null":"User lacks permission"}`:                       {"User lacks permission"},
		`{"detail":"No."}`:                                       {"No."},
		`{"non_field_errors":["One of them."]}`:                  {"One of them."},
		`{"redirect_uris":[{},{"url":["Enter one."]}]}`:          {"redirect_uris 2 url: Enter one."},
		`{"redirect_uris":{"1":{"url":["Enter one."]}}}`:         {"redirect_uris 2 url: Enter one."},
		`{"grant_types":{"0":["Not one."]}}`:                     {"grant_types 1: Not one."},
		`{"policy_bindings":[{"non_field_errors":["One."]}]}`:    {"policy_bindings 1: One."},
		`["Just this."]`:                                         {"Just this."},
		`"Only words"`:                                           {"Only words"},
		`{"a":["One.","Two."],"b":3,"c":null,"d":true,"e":[[]]}`: {"a: One.", "a: Two.", "b: 3"},
		`{"a":"two\nlines\u0000\t"}`:                             {"a: two lines"},
		`{"a":"   "}`:                                            nil,
		`<html>`:                                                 nil,
		``:                                                       nil,
		`{`:                                                      nil,
	} {
		var got []string
		for _, c := range Complaints([]byte(body)) {
			line := c.Text
			if len(c.Path) > 0 {
				line = strings.Join(c.Path, " ") + ": " + line
			}
			got = append(got, line)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

type recordedRefusal struct {
	Scenario, Note, Method, Path string
	Status                       int
	JSON                         json.RawMessage
}

func recordedRefusals(t testing.TB) []recordedRefusal {
	raw, err := os.ReadFile("testdata/refusals.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []recordedRefusal
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// What a real authentik refused must give words, and for what the spec holds
// the field to mark.
func TestRecordedRefusalsGiveWordsAndFields(t *testing.T) {
	fields := map[string]string{
		"again: the slug is taken":                    "application.slug",
		"other slug: the provider's name is taken":    "provider.name",
		"other slug and name: the client id is taken": "provider.client_id",
		"bad slug":          "application.slug",
		"reserved slug":     "application.slug",
		"flows missing":     "provider.authorization_flow",
		"unknown flow":      "provider.authorization_flow",
		"bad matching mode": "provider.redirect_uris",
		"unknown group in a transactional create": "access.groups",
	}
	for _, r := range recordedRefusals(t) {
		if string(r.JSON) == "null" {
			continue // the page that stands for an exception
		}
		found := Complaints(r.JSON)
		if len(found) == 0 {
			t.Errorf("%s, %s: no words", r.Scenario, r.Note)
			continue
		}
		if want, known := fields[r.Note]; known {
			if _, got := FieldOf(link.KindPair, found[0].Path); got != want {
				t.Errorf("%s, %s: the field is %q, want %q", r.Scenario, r.Note, got, want)
			}
		}
	}
}

func FuzzComplaints(f *testing.F) {
	for _, r := range recordedRefusals(f) {
		f.Add([]byte(r.JSON))
	}
	f.Add([]byte(`{"a":{"b":{"c":[[[["deep"]]]]}}}`))
	f.Add([]byte("{\"\\u0000\":\"\xff\xfe\"}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		found := Complaints(body)
		if len(found) > maxComplaints {
			t.Fatalf("%d complaints", len(found))
		}
		for _, c := range found {
			if c.Text == "" || len(c.Path) > maxNesting {
				t.Fatalf("got %+v", c)
			}
			for _, s := range append(c.Path, c.Text) {
				if len(s) > maxComplaintText+len("…") || !utf8.ValidString(s) ||
					strings.ContainsFunc(s, unicode.IsControl) {
					t.Fatalf("got %q", s)
				}
			}
			FieldOf(link.KindPair, c.Path)
			FieldOf(link.KindBinding, c.Path)
			FieldOf(link.KindProvider, c.Path)
		}
	})
}

func TestComplaintsAreBounded(t *testing.T) {
	for name, body := range hostile.Answers(`"pagination":{"total_pages":1},`, "results") {
		t.Run(name, func(t *testing.T) {
			words := Complaints([]byte(body))
			if len(words) > maxComplaints {
				t.Errorf("%d complaints", len(words))
			}
			for _, one := range words {
				if len(one.Path) > maxNesting {
					t.Errorf("a path of %d keys", len(one.Path))
				}
			}
		})
	}
}
