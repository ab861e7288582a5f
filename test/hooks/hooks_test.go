package hooks

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/test/servers"
)

// all is a collection with a field of each kind.
func all() collection {
	return collection{
		fields: []object{
			{"name": "is_admin", "type": "bool"},
			{"name": "role", "type": "select", "values": []string{"member", "staff"}, "maxSelect": 1},
			{"name": "roles", "type": "select", "values": []string{"member", "staff", "guest"}, "maxSelect": 3},
			{"name": "groups_text", "type": "text", "max": 60},
			{"name": "groups_json", "type": "json", "maxSize": 200000},
			{"name": "team", "type": "relation", "maxSelect": 1},
			{"name": "teams", "type": "relation", "maxSelect": 2000},
		},
		groups: []link.GroupField{
			{Field: "is_admin", When: "admins"},
			{Field: "role", Values: map[string]string{"admins": "staff", "people": "member"}},
			{Field: "roles", Values: map[string]string{"admins": "staff", "people": "member"}},
			{Field: "groups_text"}, {Field: "groups_json"},
			{Field: "team", Values: map[string]string{"red": "red", "blue": "blue"}},
			{Field: "teams", Values: map[string]string{"red": "red", "blue": "blue"}},
		},
	}
}

func check(t *testing.T, what string, record object, want object) {
	t.Helper()
	got := object{}
	for key := range want {
		got[key] = record[key]
	}
	if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}

// TestGroupsComeAndGo signs one person in again and again, on the newest PocketBase.
func TestGroupsComeAndGo(t *testing.T) {
	t.Parallel()
	comeAndGo(t, start(t, all()))
}

// TestGroupsComeAndGoOnOtherVersions does the same on other versions.
func TestGroupsComeAndGoOnOtherVersions(t *testing.T) {
	t.Parallel()
	for _, v := range servers.Choose(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			comeAndGo(t, startVersion(t, v, all()))
		})
	}
}

func comeAndGo(t *testing.T, s *server) {
	red, blue := s.team("red"), s.team("blue")
	none := object{"is_admin": false, "role": "", "roles": "[]", "groups_text": "", "groups_json": "[]", "team": "",
		"teams": "[]"}
	check(t, "a new account", s.signIn("ada", []string{"people", "red"}), object{"is_admin": false, "role": "member",
		"roles": "[member]", "groups_text": "people, red", "groups_json": "[people red]", "team": red,
		"teams": "[" + red + "]"})
	both := []string{red, blue}
	slices.Sort(both)
	joined := s.signIn("ada", []string{"admins", "blue"})
	check(t, "another group", joined, object{"is_admin": true, "role": "staff", "roles": "[staff]",
		"groups_text": "admins, blue", "groups_json": "[admins blue]", "team": blue, "teams": "[" + blue + "]"})
	again := s.signIn("ada", []string{"blue", "admins"})
	check(t, "the same groups", again, object{"updated": joined["updated"], "is_admin": true})
	check(t, "a group that was renamed", s.signIn("ada", []string{"administrators", "blue"}), object{
		"is_admin": false, "role": "", "roles": "[]", "groups_text": "administrators, blue", "team": blue})
	check(t, "no group", s.signIn("ada", []string{}), none)
	check(t, "nobody's groups", s.signIn("bob", []string{}), none)

	// More than a single one can hold: the others are written.
	check(t, "too many for one", s.signIn("bob", []string{"admins", "people", "red", "blue"}), object{
		"is_admin": true, "role": "", "roles": "[member staff]", "groups_json": "[admins blue people red]", "team": "",
		"teams": "[" + strings.Join(both, " ") + "]"})
	reasons := s.warned(2)
	for _, reason := range reasons {
		if !strings.Contains(reason, "2 values are too many") {
			t.Errorf("the log says %q", reason)
		}
	}

	// Nothing that is no list of groups changes anything.
	check(t, "no claim", s.signIn("bob", nil), object{"is_admin": true, "roles": "[member staff]"})
	check(t, "a text", s.signIn("bob", "admins"), object{"is_admin": true, "roles": "[member staff]"})
	check(t, "numbers", s.signIn("bob", []any{"people", 7}), object{"is_admin": true, "roles": "[member staff]"})
	s.warned(5)

	ownedByTheHook(t, s)
}

// ownedByTheHook tries to set the fields otherwise.
func ownedByTheHook(t *testing.T, s *server) {
	t.Helper()
	forged := object{"is_admin": true, "roles+": []string{"staff"}, "+roles": "staff", "roles": []string{"staff"},
		"groups_text:autogenerate": "", "name": "Eve", "__proto__": object{"is_admin": true}}
	check(t, "createData", s.signIn("eve", []string{"people"}, object{"createData": forged}), object{
		"is_admin": false, "roles": "[member]", "name": "Eve", "groups_text": "people"})
	check(t, "createData without a claim", s.signIn("mallory", nil, object{"createData": forged}), object{
		"is_admin": false, "roles": "[]", "name": "Eve"})
	_, answer := s.trySignIn("trudy", "oidc2", []string{"admins"}, object{"createData": forged})
	record, _ := answer["record"].(object)
	check(t, "another slot", record, object{"is_admin": false, "roles": "[]", "name": "Eve", "groups_json": "<nil>"})

	_, answer = s.trySignIn("eve", "oidc", []string{"people"})
	token, _ := answer["token"].(string)
	own := "/api/collections/users/records/" + s.people["eve"]
	for _, body := range []object{{"is_admin": true}, {"roles+": "staff"}, {"groups_json": []string{"admins"}}} {
		if status, answer := s.call("PATCH", own, token, body); status != http.StatusForbidden {
			t.Errorf("a person's own update %v is answered %d: %v", body, status, answer)
		}
	}
	other := object{"name": "Eve 2", "is_admin": false}
	if status, answer := s.call("PATCH", own, token, other); status != http.StatusOK {
		t.Errorf("an update of something else is answered %d: %v", status, answer)
	}
	sign := object{"email": "x@example.com", "password": "12345678", "passwordConfirm": "12345678", "name": "X"}
	if status, answer := s.call("POST", "/api/collections/users/records", "", sign); status != http.StatusOK {
		t.Errorf("a sign-up is answered %d: %v", status, answer)
	}
	sign["email"], sign["is_admin"] = "y@example.com", true
	if status, answer := s.call("POST", "/api/collections/users/records", "", sign); status != http.StatusForbidden {
		t.Errorf("a sign-up as admin is answered %d: %v", status, answer)
	}
	s.must("PATCH", own, object{"is_admin": true}, nil)
}
