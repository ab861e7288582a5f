package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/net/html"

	"authpocket/internal/connect"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/secret"
	"authpocket/sandbox"
	"authpocket/web/form"
	"authpocket/web/view"
	"authpocket/web/view/setup"
)

func TestSettingsTellEverythingAtOnceAndKeepTheRest(t *testing.T) {
	box := sharedSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.send(b.get("/settings"), "/settings", url.Values{
		"application.name": {"My app"}, "application.slug": {"my app"},
		"pocketbase.public_urls":         {"app.company\nhttps://other.company"},
		"provider.access_token_validity": {"an hour"}, "provider.client_secret": {"canary-secret"},
		"application.group": {"Apps"},
	}).refused(b)
	got := p.summary()
	for i, want := range []string{"Choose which e-mail addresses", "slug", "Access token validity",
		"PocketBase address"} {
		if i >= len(got) || !strings.Contains(got[i], want) {
			t.Errorf("line %d of the summary is not about %s: %q", i, want, got)
		}
	}
	for name, want := range map[string]string{"application.name": "My app", "application.slug": "my app",
		"application.group": "Apps"} {
		if v := attr(p.control(name), "value"); v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	if p.form("/settings").Get("pocketbase.public_urls") != "app.company\nhttps://other.company" {
		t.Error("the addresses were not kept")
	}
	if strings.Contains(p.text, "canary-secret") {
		t.Error("the client secret is on the page")
	}
	open := []bool{}
	for _, group := range p.all("details") {
		if open = append(open, has(group, "open")); has(group, "open") == has(group, "name") {
			t.Error("a group with problems shares its name, so that a browser closes it for another")
		}
	}
	if want := []bool{false, true, false, false, true, true, false, false}; !slices.Equal(open, want) {
		t.Errorf("the open groups are %v, want those with problems: %v", open, want)
	}
}

func TestATakenSlugAsksWhatToDo(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	box.Authentik().AddApplications(1)
	other := otherApplication(t, box.AuthentikURL, box.AuthentikToken)
	p := b.send(b.get("/settings"), "/settings", url.Values{"application.slug": {other}, "email": {"leave"}}).refused(b)
	p.says("is taken by the application", "Use what already exists?", "Use the application")
	if got := p.summary(); len(got) == 0 || !strings.Contains(got[0], other) {
		t.Errorf("the summary says %q", got)
	}
	// to use it shows its own settings before anything is changed
	b.send(p, "/settings", url.Values{"existing": {"use-application:" + other}}).want(303, "/settings")
	shown := b.get("/settings").want(200).says("This link already exists", "will be used for this link, as you chose")
	if v := attr(shown.control("application.slug"), "value"); v != other {
		t.Errorf("the page shows the slug %q, want %q", v, other)
	}
	if v := attr(shown.control("application.name"), "value"); v == "PocketBase" || v == "" {
		t.Errorf("the page shows the name %q, not that of what is there", v)
	}
	b.send(shown, "/settings", nil).want(303, "/review")
	b.get("/review").want(200).says("Change")
}

// otherApplication returns the slug of an application that is no link.
func otherApplication(t *testing.T, base, token string) string {
	t.Helper()
	for _, p := range authentikNow(t, base, token).Providers {
		if p.ApplicationSlug != "" {
			return p.ApplicationSlug
		}
	}
	t.Fatal("there is no application")
	return ""
}

func authentikNow(t *testing.T, base, token string) link.AuthentikSnapshot {
	t.Helper()
	a, err := connect.Connector{}.ToAuthentik(t.Context(), connect.AuthentikLogin{URL: base, Token: secret.New(token)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.HTTP.CloseIdleConnections()
	snap, err := a.System.Observe(t.Context(), link.Query{Slug: "none"})
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func TestAnotherCollectionIsShownBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	members := core.NewAuthCollection("members")
	members.CreateRule = nil
	if err := box.PocketBase().App().Save(members); err != nil {
		t.Fatal(err)
	}
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	b.send(b.get("/settings"), "/settings", url.Values{"pocketbase.collection": {"members"}, "email": {"trust-all"},
		"application.name": {"Mine"}}).want(303, "/settings?again=collection")
	p := b.get("/settings?again=collection").want(200).says("The defaults below are for the collection members",
		"New users are refused, because only superusers may create records in “members”")
	if v := p.form("/settings"); v.Get("application.name") != "Mine" || v.Get("email") != "trust-all" ||
		v.Get("pocketbase.map_name") != "" {
		t.Errorf("the answers are %v", v)
	}
	b.send(p, "/settings", url.Values{"pocketbase.create_rule": {`@request.context = "oauth2"`}}).want(303, "/review")
	b.get("/review").want(200).says("rules of the collection “members”", "@request.context")
}

func TestNamesAreLookedUp(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	box.Authentik().AddGroup("team <b>blue</b>")
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.get("/settings/find?in=access.groups&q=team").want(200)
	if buttons := p.all("button"); len(buttons) != 1 || attr(buttons[0], "data-add") != "team <b>blue</b>" ||
		attr(buttons[0], "data-to") != "access-groups" {
		t.Errorf("the answer is %s", p.text)
	}
	if p := b.get("/settings/find?in=access.users&q=ada"); !strings.Contains(p.text, `data-add="ada"`) {
		t.Errorf("the answer is %s", p.text)
	}
	b.get("/settings/find?in=access.policies&q=none").says("Nothing found")
	b.get("/settings/find?in=provider.client_secret&q=x").want(404)
	groups := url.Values{"access.groups": {"team <b>blue</b>\nnobody"}, "email": {"leave"}}
	p = b.send(b.get("/settings"), "/settings", groups).refused(b).says("authentik has no group “nobody”")
	if attr(p.control("access.groups"), "aria-invalid") != "true" {
		t.Error("the list of groups is not marked")
	}
	b.send(b.get("/settings"), "/settings", url.Values{"access.groups": {"team <b>blue</b>"}, "email": {"leave"}}).want(
		303, "/review")
	b.get("/review").says("Who may use it group team <b>blue</b>", "binding.group")
}

func TestASystemThatIsGoneIsNotTheFormsFault(t *testing.T) {
	t.Parallel()
	w, _ := gated(t)
	b := w.browser().connected()
	page := b.get("/settings")
	if err := w.box.PocketBase().Close(); err != nil {
		t.Fatal(err)
	}
	b.send(page, "/settings", url.Values{"email": {"leave"}}).want(502).says("PocketBase did not respond",
		"Your answers are kept", "Try again")
	b.get("/settings").want(502).says("Change the connection to PocketBase")
}

// What the page is filled with leads back to the state that it was filled
// from, so that Continue alone changes nothing.
func TestContinueAloneChangesNothing(t *testing.T) {
	for name, mutate := range map[string]func(*link.Spec){
		"as it comes": func(*link.Spec) {},
		"all set": func(s *link.Spec) {
			regex := []link.RedirectURI{{URL: "https://a.example/api/oauth2-redirect", Mode: "strict",
				Type: "authorization"}, {URL: `^https://b\.example/.*$`, Mode: "regex", Type: "authorization"}}
			own := secret.New("own secret")
			s.Email, s.AuthentikURL = link.EmailTrustAttribute, "https://public.example"
			s.Application = link.Application{Name: new("App"), Slug: new("app"), Group: new("G"),
				PolicyEngineMode: new("all"), LaunchURL: new("https://app.example"),
				Icon: new("fa://fa-box"), Publisher: new("Us"), Description: new("One\ntwo"), OpenInNewTab: new(true),
				Hide: new(true)}
			s.Provider = link.Provider{Name: new("P"), ClientID: new("id"), ClientSecret: &own, RedirectURIs: regex,
				SubjectMode: new("user_uuid"), IssuerMode: new("global"),
				AccessCodeValidity: new("minutes=2"), AccessTokenValidity: new("hours=2"),
				RefreshTokenValidity: new("days=2"), RefreshTokenThreshold: new("seconds=2"),
				AuthenticationFlow: new("default-authentication-flow"), ScopeMappings: []string{"offline"}}
			s.Access = &link.Access{Groups: []string{"staff"}}
			s.PocketBase = link.PocketBase{Collection: new("users"), Slot: new("oidc3"), DisplayName: new("SSO"),
				AuthURL: new("https://x.example/a/"), TokenURL: new("http://inside:9000/t/"),
				UserInfo: new("id_token"), JWKSURL: new("https://x.example/j/"),
				Issuers: []string{"https://x.example/"}, PKCE: new(false), Enabled: new(false),
				MapName: new(""), MapUsername: new("name"), MapAvatar: new("avatar"), ShowControls: true,
				CreateRule: new(`@request.context = "oauth2"`), RewriteSecret: true}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, p := world()
			spec := link.Spec{Email: link.EmailLeave, PocketBaseURLs: []string{"https://pb.example"}}
			mutate(&spec)
			g := link.Generated{ClientID: "generated", ClientSecret: secret.New("generated")}
			want, problems := resolve.Desired(spec, &a, &p, g)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			form := form.Settings{Values: rendered(t,
				settingsInput(engine.NewPreview(&spec, engine.Snapshots{Authentik: a, PocketBase: p})))}
			again, problems := form.Spec(&spec)
			if problems = append(problems, again.Validate()...); len(problems) > 0 {
				t.Fatal(problems)
			}
			got, problems := resolve.Desired(again, &a, &p, g)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("the form leads to\n%+v\nwant\n%+v", got, want)
			}
			if again.PocketBase.ShowControls != spec.PocketBase.ShowControls ||
				again.PocketBase.RewriteSecret != spec.PocketBase.RewriteSecret {
				t.Error("a tick was lost")
			}
		})
	}
}

// rendered is what a browser would send of the settings page.
func rendered(t *testing.T, in setup.SettingsInput) url.Values {
	t.Helper()
	var b strings.Builder
	if err := setup.Settings(setup.NewSettings(view.Head{}, in)).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return (&page{t: t, doc: doc}).form("/settings")
}

// world is an authentik and a PocketBase as they come.
func world() (link.AuthentikSnapshot, link.PocketBaseSnapshot) {
	flow := func(slug, designation string) link.Flow {
		return link.Flow{Ref: link.Ref{ID: "f-" + slug, Name: slug}, Designation: designation}
	}
	mapping := func(scope string) link.Mapping {
		return link.Mapping{Ref: link.Ref{ID: "m-" + scope, Name: scope}, Scope: scope,
			Managed: "goauthentik.io/providers/oauth2/scope-" + scope}
	}
	a := link.AuthentikSnapshot{
		URL: "https://auth.example", Features: link.Features{GrantTypes: true, MetaHide: true},
		Flows: []link.Flow{flow(link.DefaultAuthorizationFlow, "authorization"), flow(link.DefaultInvalidationFlow,
			"invalidation"), flow("default-authentication-flow", "authentication")},
		Keys: []link.Key{{Ref: link.Ref{ID: "k", Name: "key"}, Type: "rsa"}},
		Mappings: []link.Mapping{mapping("openid"), mapping("profile"), mapping("email"),
			{Ref: link.Ref{ID: "m-off", Name: "offline"}, Scope: "offline_access"}},
		Groups: []link.Ref{{ID: "g", Name: "staff"}},
	}
	p := link.PocketBaseSnapshot{URL: "https://pb.example", Collections: []link.CollectionState{{
		ID: "c", Name: "users", EmailRequired: true, CreateRule: new(""), AuthRule: new(""),
		Fields: []link.CollectionField{{Name: "name", Type: "text"}, {Name: "avatar", Type: "file"}},
		OAuth2: link.OAuth2State{Mapped: link.MappedFields{Name: "name", AvatarURL: "avatar"}},
	}}}
	return a, p
}

func TestTwoThatMayBeTheLinkAreAChoice(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	for _, name := range []string{"First login", "Second login"} {
		providerWithoutApplication(t, box, name)
	}
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.get("/settings").want(200).says("The PocketBase token expires on", "Use what already exists?",
		"This link may already exist",
		"Use the provider “First login”, which has no application",
		"Use the provider “Second login”, which has no application", "Create a new application and provider")
	b.send(p, "/settings", url.Values{"email": {"leave"}}).refused(b).says("This link may already exist")
	second := ""
	for _, one := range authentikNow(t, box.AuthentikURL, box.AuthentikToken).Providers {
		if one.Name == "Second login" {
			second = "use-provider:" + one.ClientID
		}
	}
	b.send(p, "/settings", url.Values{"email": {"leave"}, "existing": {second}}).want(303, "/settings")
	p = b.get("/settings").want(200)
	if got := p.form("/settings").Get("existing"); got != second {
		t.Errorf("the answer kept is %q", got)
	}
	b.send(p, "/settings", url.Values{"provider.name": {"Shop login"}}).want(303, "/review")
	b.get("/review").says("Second login", "Shop login")
	b.send(b.get("/settings"), "/settings", url.Values{"provider.name": {""}}).want(303, "/review")
	b.get("/review").says("provider “Second login”")
	// and back: a new one
	b.send(b.get("/settings"), "/settings", url.Values{"existing": {"new"}}).want(303, "/review")
	b.get("/review").says("Provider for PocketBase")
}

// providerWithoutApplication makes one that sends people to the sandbox's
// PocketBase.
func providerWithoutApplication(t *testing.T, box *sandbox.Sandbox, name string) {
	t.Helper()
	snaps := authentikNow(t, box.AuthentikURL, box.AuthentikToken)
	body, err := json.Marshal(map[string]any{
		"name": name, "authorization_flow": snaps.Flows[slices.IndexFunc(snaps.Flows,
			func(f link.Flow) bool { return f.Designation == "authorization" })].ID,
		"invalidation_flow": snaps.Flows[slices.IndexFunc(snaps.Flows,
			func(f link.Flow) bool { return f.Designation == "invalidation" })].ID,
		"redirect_uris": []map[string]string{{"matching_mode": "strict", "url": link.RedirectURL(box.PocketBaseURL)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, box.AuthentikURL+"/api/v3/providers/oauth2/",
		bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+box.AuthentikToken)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("authentik answered %d", res.StatusCode)
	}
}

// Each key that the settings name has to be one of the link file's.
func TestTheSettingsNameKeysOfTheLinkFile(t *testing.T) {
	box := sharedSandbox(t)
	doc, err := os.ReadFile("../docs/link-file.md")
	if err != nil {
		t.Fatal(err)
	}
	p := wizardFor(t, box, prefilled(box)).browser().connected().get("/settings").want(200)
	named := regexp.MustCompile(`In a link file: <code>([a-z0-9_.]+)`).FindAllStringSubmatch(p.text, -1)
	if len(named) < 10 {
		t.Errorf("only %d keys are named", len(named))
	}
	for _, one := range named {
		if !strings.Contains(string(doc), "| `"+one[1]+"` |") {
			t.Errorf("the link file has no key %s", one[1])
		}
	}
}

func TestWhatCannotBecomeTheLinkIsNotOffered(t *testing.T) {
	slug := "ldap"
	spec := link.Spec{AuthentikURL: "https://a.example", PocketBaseURLs: []string{"https://p.example"},
		Application: link.Application{Slug: &slug}}
	snaps := engine.Snapshots{}
	snaps.Authentik.Application = &link.ApplicationState{PK: "x", Slug: "ldap", Name: "Directory", Provider: 5,
		ProviderName: "ldap", ProviderKind: "LDAP Provider"}
	snaps.PocketBase.Collections = []link.CollectionState{{Name: "users", ID: "u"}}
	page := setup.NewSettings(view.Head{}, settingsInput(engine.NewPreview(&spec, snaps)))
	if page.Existing == nil {
		t.Fatal("nothing is asked")
	}
	for _, o := range page.Existing.Options {
		if strings.Contains(o.Label.String(), "Directory") {
			t.Errorf("it offers %q", o.Label)
		}
	}
}

func TestASecondCollectionAsksBeforeItSharesTheApplication(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	members := core.NewAuthCollection("members")
	members.CreateRule = new("")
	if err := box.PocketBase().App().Save(members); err != nil {
		t.Fatal(err)
	}
	b := keeping(t, box, prefilled(box)).browser().linked()
	b.send(b.get("/settings"), "/settings", url.Values{"pocketbase.collection": {"members"}}).want(303,
		"/settings?again=collection")
	p := b.get("/settings?again=collection").want(200).says("Use what already exists?",
		"the collection users signs in with it", "Use the application “PocketBase” (pocketbase)")
	b.send(p, "/settings", nil).refused(b).says("This link may already exist")

	b.send(p, "/settings", url.Values{"existing": {"new"}}).refused(b).says("Choose another slug to create a new one")
	b.send(p, "/settings", url.Values{"existing": {"new"}, "application.slug": {"members"},
		"application.name": {"Members"}}).want(303, "/review")
	b.get("/review").want(200).says("application and provider “Members”")

	b.send(p, "/settings", url.Values{"existing": {"use-application:pocketbase"}}).want(303, "/settings")
	b.send(b.get("/settings"), "/settings", nil).want(303, "/review")
	b.get("/review").want(200).says("Review 1 change", "The collection users signs in with the same application")
}

func TestAnotherCollectionsOwnLinkIsShown(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	members := core.NewAuthCollection("members")
	members.CreateRule = new("")
	if err := box.PocketBase().App().Save(members); err != nil {
		t.Fatal(err)
	}
	b := keeping(t, box, prefilled(box)).browser().linked()
	b.send(b.get("/settings"), "/settings", url.Values{"pocketbase.collection": {"members"}}).want(303,
		"/settings?again=collection")
	b.send(b.get("/settings?again=collection"), "/settings", url.Values{"existing": {"new"},
		"application.slug": {"members"}, "application.name": {"Members"}}).want(303, "/review")
	b.apply(b.get("/review").want(200))
	b.send(b.get("/settings"), "/settings", url.Values{"pocketbase.collection": {"users"}}).want(303,
		"/settings?again=collection")
	v := b.get("/settings?again=collection").want(200).form("/settings")
	if v.Get("application.slug") != "pocketbase" || v.Get("application.name") != "PocketBase" ||
		v.Get("existing") != "" || v.Get("email") != "trust-all" {
		t.Errorf("the answers are %v", v)
	}
}

func TestAfterAnUndoTheAnswersAreThoseOfTheSystems(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := keeping(t, box, prefilled(box)).browser().linked()
	b.send(b.get("/settings"), "/settings", url.Values{"application.name": {"Recipes"}}).want(303, "/review")
	b.apply(b.get("/review").want(200))
	b.apply(b.get("/receipts/"+b.newest()+"/undo").want(200)).says("1 change was undone", "Change the settings")
	p := b.get("/settings").want(200)
	if v := p.form("/settings"); v.Get("application.name") != "PocketBase" || v.Get("email") != "trust-all" {
		t.Errorf("the answers are %v", v)
	}
	b.send(p, "/settings", nil).want(303, "/review")
	b.get("/review").want(200).says("No changes needed")
}
