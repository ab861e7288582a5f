package view_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/sandbox/stories"
	"authpocket/web/view"
	"authpocket/web/view/setup"
)

func render(t *testing.T, page templ.Component) *html.Node {
	t.Helper()
	var b strings.Builder
	if err := page.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestControlsStandInTheOrderThatProblemsAreToldIn(t *testing.T) {
	in := stories.Settings()
	in.Conflict = say.Of("Something is there.")
	page := setup.NewSettings(view.Head{}, in)
	doc := render(t, setup.Settings(page))
	var names []string
	walk(doc, func(n *html.Node) {
		name := attr(n, "name")
		control := n.Data == "input" || n.Data == "textarea" || n.Data == "select"
		if control && attr(n, "type") != "hidden" && name != "" && name != "q" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	if !slices.Equal(names, page.Controls()) {
		t.Errorf("the page has\n%q\nwant\n%q", names, page.Controls())
	}
}

func TestProblemsAreToldInThePagesOrder(t *testing.T) {
	in := stories.Settings()
	in.Problems = report.Problems{
		{Field: "pocketbase.issuers.2", Summary: say.Of("fourth")}, {Field: "nowhere.at.all", Summary: say.Of("last")},
		{Field: "email", Summary: say.Of("first")},
		{Field: "existing", Summary: say.Of("also last")}, {Field: "access.users.0", Summary: say.Of("third")},
		{Field: "application.name", Summary: say.Of("second")},
	}
	p := setup.NewSettings(view.Head{}, in)
	var texts, targets []string
	for _, one := range p.Problems {
		texts, targets = append(texts, one.Text.String()), append(targets, one.Target)
	}
	if want := []string{"first", "second", "third", "fourth", "last", "also last"}; !slices.Equal(texts, want) {
		t.Errorf("the order is %q, want %q", texts, want)
	}
	if want := []string{"email", "application-name", "access-users", "pocketbase-issuers", "",
		""}; !slices.Equal(targets, want) {
		t.Errorf("the targets are %q, want %q", targets, want)
	}
	if !p.Application.Open || !p.Access.Open || !p.Endpoints.Open || p.Provider.Open || p.PocketBase.Open {
		t.Error("the groups with problems have to be open, and no other")
	}
}

func TestTheEmailQuestionIsNotAnsweredForThePerson(t *testing.T) {
	p := setup.NewSettings(view.Head{}, stories.Settings())
	for _, o := range p.Email.Options {
		if o.Checked {
			t.Errorf("%s is answered already", o.Value)
		}
	}
	in := stories.Settings()
	in.Form.Set("email", "leave")
	if p := setup.NewSettings(view.Head{}, in); !p.Email.Options[2].Checked {
		t.Error("an answer that was given is not shown")
	}
}

func TestEmailOptionsSayWhatHappens(t *testing.T) {
	open, superusers := "", (*string)(nil)
	for name, one := range map[string]struct {
		create   *string
		required bool
		bad      []bool // per option
	}{
		"address required":  {&open, true, []bool{false, false, true}},
		"address optional":  {&open, false, []bool{false, false, false}},
		"nobody may create": {superusers, true, []bool{true, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			in := stories.Settings()
			in.Desired.Collection.CreateRule, in.Desired.Collection.EmailRequired = one.create, one.required
			for i, o := range setup.NewSettings(view.Head{}, in).Email.Options {
				if o.Bad != one.bad[i] || o.More.Empty() {
					t.Errorf("%s: bad is %t, want %t (%s)", o.Value, o.Bad, one.bad[i], o.More)
				}
			}
		})
	}
}

func TestAnAnswerThatIsNotOfferedIsNotLost(t *testing.T) {
	in := stories.Settings()
	in.Form.Set("provider.signing_key", "a key that is gone")
	c := setup.NewSettings(view.Head{}, in).Provider.Key
	if last := c.Options[len(c.Options)-1]; last.Value != "a key that is gone" || !last.Checked {
		t.Errorf("the options are %+v", c.Options)
	}
}

func TestOnlyKeysThatCanSignAreOffered(t *testing.T) {
	for _, o := range setup.NewSettings(view.Head{}, stories.Settings()).Provider.Key.Options {
		if o.Value == "edge" {
			t.Error("an Ed25519 key is offered")
		}
	}
	in := stories.Settings()
	in.Authentik.Keys = nil
	in.Desired.Key = &link.KeyState{Name: "new"}
	in.Form.Del("provider.signing_key")
	if o := setup.NewSettings(view.Head{}, in).Provider.Key.Options; len(o) != 1 || o[0].Value != "" || !o[0].Checked {
		t.Errorf("without a key the options are %+v", o)
	}
}

func TestMappedFieldsOfferWhatFits(t *testing.T) {
	for _, c := range setup.NewSettings(view.Head{}, stories.Settings()).Records.Mapped {
		var values []string
		for _, o := range c.Options {
			values = append(values, o.Value)
		}
		want := []string{"", "name"}
		if c.Name == "pocketbase.map_avatar" {
			want = []string{"", "name", "avatar"}
		}
		if !slices.Equal(values, want) {
			t.Errorf("%s offers %q, want %q", c.Name, values, want)
		}
	}
}

func TestWhoMayUseIt(t *testing.T) {
	in := stories.Settings()
	if got := setup.NewSettings(view.Head{}, in).Access; got.Lists[0].Key != "access.groups" ||
		got.Mode.Key != "application.policy_engine_mode" {
		t.Errorf("the link file's keys are not named: %+v", got)
	}
	if got := setup.NewSettings(view.Head{}, in).Access; got.Now.String() != "everyone with an account" || got.Open {
		t.Errorf("%+v", got)
	}
	in.Authentik.Bindings = []link.BindingState{{Kind: "group", Enabled: true}}
	got := setup.NewSettings(view.Head{}, in).Access
	if got.Now.String() != "those allowed by the application's 1 binding" {
		t.Error(got.Now)
	}
	in.Form.Set("access.groups", "staff")
	if got := setup.NewSettings(view.Head{}, in).Access; got.Now.String() != "only those listed below" || !got.Open {
		t.Errorf("%+v", got)
	}
}

func pageText(t *testing.T, doc *html.Node) string {
	t.Helper()
	var b strings.Builder
	if err := html.Render(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func text(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheSettingsSayWhoGetsInNow(t *testing.T) {
	app := &link.ApplicationState{PK: "a"}
	for name, one := range map[string]struct {
		a    link.AuthentikSnapshot
		want string
	}{
		"everyone": {link.AuthentikSnapshot{Application: app}, "everyone with an account"},
		"one that is off": {link.AuthentikSnapshot{Application: app, Bindings: []link.BindingState{{}}},
			"everyone with an account"},
		"one": {link.AuthentikSnapshot{Application: app, Bindings: []link.BindingState{{Enabled: true}, {}}},
			"those allowed by the application's 1 binding"},
		"nobody may see": {link.AuthentikSnapshot{Application: app,
			Missing: []report.Permission{"authentik_policies.view_policybinding"}},
			"unknown: the token cannot see the bindings"},
		"one to be made": {link.AuthentikSnapshot{
			Missing: []report.Permission{"authentik_policies.view_policybinding"}},
			"everyone with an account"},
		"the default is not known": {link.AuthentikSnapshot{AccessUnknown: true},
			"unknown: the token cannot see whether everyone or nobody has access by default"},
		"closed": {link.AuthentikSnapshot{ClosedByDefault: true}, "nobody yet: this authentik denies access to " +
			"applications without bindings"},
	} {
		got := setup.NewSettings(view.Head{}, setup.SettingsInput{Authentik: one.a}).Access.Now
		if got.String() != one.want {
			t.Errorf("%s: %q, want %q", name, got, one.want)
		}
	}
}
