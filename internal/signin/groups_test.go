package signin_test

import (
	"encoding/json"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

func raws(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func groupFields() link.GroupsInto {
	return link.GroupsInto{Claim: "groups", Fields: []link.GroupField{{Field: "is_admin", When: "admins"},
		{Field: "role", Values: map[string]string{"admins": "staff"}}, {Field: "text"}, {Field: "teams"}}}
}

func TestGroupsCheck(t *testing.T) {
	const ada = `{"groups": ["admins", "red"]}`
	for name, test := range map[string]struct {
		claims, account string
		teams           []string
		status          report.Status
		says            string
	}{
		"the hook is in place": {ada, `{"is_admin": true, "role": "staff", "text": "admins, red", "teams": ["x", "y"]}`,
			[]string{"red", "admins"}, report.Pass, "role is “staff”, as the groups say."},
		"there is no hook": {ada, `{"is_admin": false, "role": "", "text": "", "teams": []}`, []string{}, report.Fail,
			"is_admin is “false”, and the groups say “true”."},
		"one field keeps what it has": {ada, `{"is_admin": true, "role": ["staff"], "text": "red", "teams": "x"}`,
			[]string{"red", "admins"}, report.Fail, "text is “red”, and the groups say “admins, red”."},
		"a flag that should be gone": {`{"groups": []}`, `{"is_admin": true}`, []string{}, report.Fail,
			"is_admin is “true”"},
		"nobody's groups": {`{"groups": []}`, `{"is_admin": false, "role": "", "text": "", "teams": []}`, []string{},
			report.Skipped, "in none of the groups"},
		"no claim":          {`{}`, `{}`, nil, report.Fail, "no list of groups as groups"},
		"a claim of a null": {`{"groups": [null]}`, `{}`, nil, report.Fail, "no list of groups as groups"},
	} {
		t.Run(name, func(t *testing.T) {
			d := link.Desired{Groups: groupFields()}
			v := &signin.Verdict{Works: true, Groups: signin.SeeGroups(d.Groups, raws(t, test.claims),
				raws(t, test.account), func(g link.GroupField) []string {
					if g.Field == "teams" {
						return test.teams
					}
					return nil
				})}
			check, made := signin.GroupsCheck(&d, v)
			if !made || check.ID != report.CheckPocketBaseGroups || check.Status != test.status ||
				!strings.Contains(check.Evidence.String(), test.says) {
				t.Errorf("the check is %s: %s", check.Status, check.Evidence)
			}
			if check.Status == report.Fail && check.Remedy.Empty() {
				t.Error("it says nothing to do")
			}
		})
	}
	for name, v := range map[string]*signin.Verdict{"no sign-in": nil, "a refused one": {}} {
		if _, made := signin.GroupsCheck(&link.Desired{Groups: groupFields()}, v); made {
			t.Errorf("%s is checked", name)
		}
	}
	if _, made := signin.GroupsCheck(&link.Desired{}, &signin.Verdict{Works: true}); made {
		t.Error("a link without fields is checked")
	}
}

func TestForeseeGroups(t *testing.T) {
	for claims, want := range map[string]string{
		`{"groups": ["admins", "red"]}`: "Where the exported hook is in place and the fields can hold it, it sets " +
			"is_admin to “true”, role to “staff”, text to “admins, red” and teams to “admins, red”.",
		`{"groups": "admins"}`: "authentik sends no list of groups as groups, so the exported hook leaves its fields " +
			"as they are.",
	} {
		if got := signin.ForeseeGroups(groupFields(), raws(t, claims)).String(); got != want {
			t.Errorf("%s: %s", claims, got)
		}
	}
	if got := signin.ForeseeGroups(link.GroupsInto{}, nil); !got.Empty() {
		t.Errorf("a link without fields: %s", got)
	}
}
