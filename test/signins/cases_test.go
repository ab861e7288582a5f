package signins

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/sandbox/authentiksim"
)

// reported is a state that people reported in public. Each was tried on real servers.
type reported struct {
	name  string
	spoil func(*linked)
	// check must fail and name cause. Without one, no check about the person fails.
	check report.CheckID
	cause report.CauseID
	// signIn is the cause that a real sign-in names, empty if it works.
	signIn report.CauseID
	// atAuthentik marks a sign-in that ends at authentik, before PocketBase decides anything.
	atAuthentik bool
	idp         func(*lab) *idp // nil for one that is shared
}

// profile gives the usual claims of the scope profile and more.
func profile(more string) string {
	return `return {"name": request.user.name, "preferred_username": request.user.username, ` + more + `}`
}

// claiming replaces the provider's mapping of the scope.
func claiming(scope, expression string) func(*linked) {
	return func(l *linked) { l.attachMapping(scope, expression) }
}

// username adds a required field for the user name, as collections of before PocketBase 0.23 have it.
func username(autogenerate string, mapped bool) func(*linked) {
	return func(l *linked) {
		l.username = "jane@" + l.name
		l.person = l.a.sim.AddPerson(l.username, "Jane Roe", l.name+"@example.com", password, nil)
		l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.Fields.Add(&core.TextField{Name: "username", Required: true, Min: 3, Max: 150,
				Pattern: `^[\w][\w\.\-]*$`, AutogeneratePattern: autogenerate})
			if mapped {
				c.OAuth2.MappedFields.Username, l.d.Collection.OAuth2.Mapped.Username = "username", "username"
			}
		})
	}
}

func onCollection(change func(c *core.Collection)) func(*linked) {
	return func(l *linked) {
		l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) { change(c) })
	}
}

// pictureTo maps the picture to a field of that kind and has authentik send one as data.
func pictureTo(f core.Field) func(*linked) {
	return func(l *linked) {
		l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.Fields.Add(f)
			c.OAuth2.MappedFields.AvatarURL = f.GetName()
		})
		l.attachMapping("profile", profile(`"picture": "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5v`+
			`cmcvMjAwMC9zdmciPjx0ZXh0PkFMPC90ZXh0Pjwvc3ZnPg=="`))
	}
}

// Since authentik 2026.8 the stock profile mapping has a picture, which is foreseen like any other claim.
func TestThePictureOfTheStockMappingIsForeseen(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	a := newIDP(t, authentiksim.Config{Version: "2026.8.0"}, nil)
	for name, field := range map[string]core.Field{
		"stock_file": nil,
		"stock_url":  &core.URLField{Name: "photo"},
		"stock_text": &core.TextField{Name: "photo", Max: 40},
	} {
		l := lab.linkTo(a, name, nil)
		if field != nil {
			l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
				c.Fields.Add(field)
				c.OAuth2.MappedFields.AvatarURL = "photo"
			})
		}
		checks := l.e.Verify(t.Context(), l.d, l.person)
		at := slices.IndexFunc(checks, func(c report.Check) bool { return c.ID.Is(report.CheckPrediction) })
		if at < 0 {
			t.Fatalf("%s: nothing is foreseen", name)
		}
		if c := checks[at]; (c.Status == report.Fail && c.Cause == report.CauseMappedField) != (field != nil) {
			t.Errorf("%s: %+v", name, c)
		}
		if v := l.signIn(newBrowser(""), nil); v.Works != (field == nil) {
			t.Errorf("%s: %s", name, v.Words())
		}
	}
}

func reportedFields() []reported {
	return []reported{
		{name: "case 1: a picture that is no URL", spoil: pictureTo(&core.URLField{Name: "photo"}),
			check: report.CheckPrediction, cause: report.CauseMappedField, signIn: report.CauseMappedField},
		{name: "case 1: a picture that is too long", spoil: pictureTo(&core.TextField{Name: "photo", Max: 40}),
			check: report.CheckPrediction, cause: report.CauseMappedField, signIn: report.CauseMappedField},
		{name: "case 2: a user name that does not fit", spoil: username("", true),
			check: report.CheckPrediction, cause: report.CauseUsernameDropped, signIn: report.CauseUsernameDropped},
		{name: "case 3: a field that fills itself", spoil: username("users[0-9]{6}", false)},
		{name: "case 3: a user name is dropped and the field fills itself", spoil: username("users[0-9]{6}", true)},
		{name: "case 4: an address of another domain", spoil: onCollection(func(c *core.Collection) {
			c.Fields.GetByName("email").(*core.EmailField).OnlyDomains = []string{"corp.example"}
		}), check: report.CheckPrediction, cause: report.CauseEmailRefused, signIn: report.CauseEmailRefused},
		{name: "case 4: an address of an excepted domain", spoil: onCollection(func(c *core.Collection) {
			c.Fields.GetByName("email").(*core.EmailField).ExceptDomains = []string{"example.com"}
		}), check: report.CheckPrediction, cause: report.CauseEmailRefused, signIn: report.CauseEmailRefused},
		{name: "case 5: a name that is too long", spoil: onCollection(func(c *core.Collection) {
			c.Fields.GetByName("name").(*core.TextField).Max = 5
		}), check: report.CheckPrediction, cause: report.CauseMappedField, signIn: report.CauseMappedField},
	}
}

func reportedClaims() []reported {
	return []reported{
		{name: "case 6: a name that is a list", spoil: claiming("profile", `return {"name": ["Ada"]}`),
			check: report.CheckPrediction, cause: report.CauseClaimType, signIn: report.CauseClaimType},
		{name: "case 6: an address that is a list",
			spoil: claiming("email", `return {"email": [request.user.email], "email_verified": True}`),
			check: report.CheckPrediction, cause: report.CauseClaimType, signIn: report.CauseClaimType},
		{name: "case 7: a mapping that raises",
			spoil: claiming("email", `return {"email": request.user.attributes["mail"], "email_verified": True}`),
			check: report.CheckPrediction, cause: report.CauseMappingFails, signIn: report.CauseMappingFails},
		{name: "case 7: a mapping that returns a list", spoil: claiming("email", `return ["x"]`),
			check: report.CheckPrediction, cause: report.CauseMappingFails, signIn: report.CauseMappingFails},
	}
}

func reportedAtAuthentik() []reported {
	return []reported{
		{name: "case 8: codes that are valid for no time", atAuthentik: true,
			spoil: func(l *linked) { l.patchProvider(map[string]any{"access_code_validity": "seconds=0"}) },
			check: report.CheckAuthentikValidity, cause: report.CauseValidity, signIn: report.CauseValidity},
		{name: "case 9: a flow for sources", atAuthentik: true,
			spoil: func(l *linked) {
				l.patchProvider(map[string]any{"authentication_flow": l.a.sim.AddSourceFlow()})
			},
			check: report.CheckAuthentikFlows, cause: report.CauseFlow, signIn: report.CauseFlow},
		{name: "case 15: a strict redirect uri with a wildcard", atAuthentik: true,
			spoil: func(l *linked) { l.patchProvider(map[string]any{"redirect_uris": strict(l.pb.URL() + "/*")}) },
			check: report.CheckAuthentikRedirect, cause: report.CauseRedirectMismatch,
			signIn: report.CauseRedirectMismatch},
		{name: "case 19: applications are closed by default",
			idp: func(l *lab) *idp { return newIDP(l.t, authentiksim.Config{}, nil) },
			spoil: func(l *linked) {
				l.a.call("PATCH", "/admin/settings/", map[string]any{"flags": map[string]any{
					"core_default_app_access": false}})
			},
			check: report.CheckPrediction, cause: report.CauseNoAccess, signIn: report.CauseNoAccess},
	}
}

// TestReportedCases asks for each reported state what verify says about the person, and then signs the person in.
func TestReportedCases(t *testing.T) {
	t.Parallel()
	all := slices.Concat(reportedFields(), reportedClaims(), reportedAtAuthentik())
	links := make([]*linked, len(all))
	var lab *lab
	for i, one := range all {
		if i%perLab == 0 {
			lab = newLab(t)
		}
		own := lab.a
		if one.idp != nil {
			own = one.idp(lab)
		}
		links[i] = lab.linkTo(own, identifier(one.name), nil)
		one.spoil(links[i])
	}
	var group sync.WaitGroup
	for i, one := range all {
		group.Go(func() { t.Run(one.name, func(t *testing.T) { one.happen(t, links[i]) }) })
	}
	group.Wait()
}

// happen runs the checks and the sign-in, and holds both against what was reported.
func (one reported) happen(t *testing.T, l *linked) {
	checks := l.e.Verify(t.Context(), l.d, l.person)
	p, err := l.e.SignIns.Foresee(t.Context(), l.d, l.person)
	if err != nil {
		t.Fatal(err)
	}
	v := l.signIn(newBrowser(""), &p)
	found := slices.IndexFunc(checks, func(c report.Check) bool {
		return c.Status == report.Fail &&
			c.ID.Is(one.check)
	})
	switch {
	case one.check == "" && checks.Failed():
		t.Errorf("a check fails:\n%s", failures(checks))
	case one.check != "" && (found < 0 || checks[found].Cause != one.cause):
		t.Errorf("%s does not name %s:\n%s", one.check, one.cause, failures(checks))
	}
	if v.Works != (one.signIn == "") || v.Cause != one.signIn {
		t.Errorf("the sign-in names %q: %s\n%+v", v.Cause, v.Words(), v)
	}
	if v.AsPredicted == one.atAuthentik {
		t.Errorf("predicted %+v, but %+v", p, v)
	}
	for _, c := range checks {
		one.holdRemedy(t, string(c.ID), c.Remedy.String())
	}
	one.holdRemedy(t, "the sign-in", v.Todo.String())
}

// holdRemedy checks that nobody is told to enter an address that is there.
func (one reported) holdRemedy(t *testing.T, who, remedy string) {
	if strings.Contains(remedy, "e-mail address for the user") || strings.Contains(remedy, "Give the user an") {
		t.Errorf("%s says %q, and the person has an address", who, remedy)
	}
}

// Case 10: a client secret from a file ends with a line break.
func TestASecretWithALineBreakIsNoPlan(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("case_10", nil)
	spec := link.Spec{AuthentikURL: l.a.url, PocketBaseURLs: []string{l.pb.URL()}, Email: link.EmailTrustAll}
	for _, value := range []string{"of a file\n", " of a variable"} {
		spec.Provider.ClientSecret = new(secret.New(value))
		_, err := l.e.Plan(t.Context(), spec)
		var problems report.Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), "white space") ||
			strings.Contains(err.Error(), strings.TrimSpace(value)) {
			t.Errorf("%q: %v", value, err)
		}
	}
}

// Case 15: a strict redirect URI is no pattern, and the check says so.
func TestAStrictWildcardIsExplained(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("case_15", nil)
	for _, uri := range []string{l.pb.URL() + "/*", strings.ReplaceAll(link.RedirectURL(l.pb.URL()), ".", `\.`)} {
		l.patchProvider(map[string]any{"redirect_uris": strict(uri)})
		checks := l.e.Verify(t.Context(), l.d, l.person)
		redirect := func(c report.Check) bool { return c.ID.Is(report.CheckAuthentikRedirect) }
		if c := link.Find(checks, redirect); c == nil ||
			c.Status != report.Fail || !strings.Contains(c.Evidence.String(), "compared literally") {
			t.Errorf("%s: %+v", uri, c)
		}
	}
}

// Case 19: the plan does not say that everyone gets in where nobody does.
func TestAClosedAuthentikIsSaidInThePlan(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("case_19", nil)
	l.a.call("PATCH", "/admin/settings/", map[string]any{"flags": map[string]any{"core_default_app_access": false}})
	spec := link.Spec{AuthentikURL: l.a.url, PocketBaseURLs: []string{l.pb.URL()}, Email: link.EmailTrustAll}
	spec.Application.Slug, spec.PocketBase.Collection = new("case-19"), new("case_19")
	plan, err := l.e.Plan(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	has := func(id report.WarningID) bool {
		return slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool { return w.ID == id })
	}
	if !has(report.WarnOpenToNobody) || has(report.WarnOpenToEveryone) {
		t.Errorf("%+v", plan.Warnings)
	}
}

// Case 18: authentik is the only way in, which a rotation says, and for which a removal is refused.
func TestTheOnlyWayInIsSaid(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("case_18", nil)
	spec := link.Spec{AuthentikURL: l.a.url, PocketBaseURLs: []string{l.pb.URL()}, Email: link.EmailTrustAll}
	spec.Application.Slug, spec.PocketBase.Collection = new("case-18"), new("case_18")
	for _, one := range []struct{ password, otp, warns bool }{
		{true, false, false}, {false, true, false}, {false, false, true},
	} {
		l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.PasswordAuth.Enabled, c.OTP.Enabled = one.password, one.otp
		})
		for what, plan := range map[string]func(context.Context, link.Spec) (link.Plan, error){
			"rotation": l.e.Rotation, "removal": l.e.Removal,
		} {
			p, err := plan(t.Context(), spec)
			if what == "removal" && one.warns {
				if problems, ok := errors.AsType[report.Problems](err); !ok ||
					problems[0].Field != "pocketbase.password_auth" {
					t.Errorf("%+v: the %s is planned, %v", one, what, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			warns := slices.ContainsFunc(p.Warnings, func(w link.Warning) bool { return w.ID == report.WarnOnlyWay })
			if warns != one.warns {
				t.Errorf("%+v: the %s says %+v", one, what, p.Warnings)
			}
		}
	}
}

// Case 14: a rotation renews the client secret in every collection that signs in with the application.
func TestARotationRenewsEveryCollection(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	users := lab.link("case_14", nil)
	staff := lab.link("case_14_staff", func(s *link.Spec) {
		s.Application.Slug, s.Application.Name, s.Existing = new("case-14"), new("case_14"), link.ExistingUse
	})
	spec := link.Spec{AuthentikURL: lab.a.url, PocketBaseURLs: []string{lab.pb.URL()}, Email: link.EmailTrustAll}
	spec.Application.Slug, spec.PocketBase.Collection = new("case-14"), new("case_14")
	plan, err := lab.e.Rotation(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool { return w.ID == report.WarnSharedApplication }) ||
		len(plan.Changes) != 3 || !strings.Contains(plan.Changes[2].Object.String(), "case_14_staff") {
		t.Errorf("%+v\n%+v", plan.Changes, plan.Warnings)
	}
	if err := lab.e.Apply(t.Context(), plan, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*linked{users, staff} {
		if v := l.signIn(newBrowser(""), nil); !v.Works {
			t.Errorf("%s: %s", l.name, v.Words())
		}
	}
}
