package signins

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// TestVerifyAgreesWithTheSignIn tries states in which verify and a sign-in once said different things.
func TestVerifyAgreesWithTheSignIn(t *testing.T) {
	t.Parallel()
	all := slices.Concat(claimsThatFit(), manyAlike(), uniqueFields(), savedAgain())
	links := make([]*linked, len(all))
	var lab *lab
	for i, one := range all {
		if i%perLab == 0 {
			lab = newLab(t)
		}
		links[i] = lab.link(identifier(one.name), nil)
		one.spoil(links[i])
	}
	var group sync.WaitGroup
	for i, one := range all {
		group.Go(func() { t.Run(one.name, func(t *testing.T) { one.happen(t, links[i]) }) })
	}
	group.Wait()
}

// is makes somebody else the link's person.
func (l *linked) is(username, name string) {
	l.username = username
	l.person = l.a.sim.AddPerson(username, name, l.name+"@example.com", password, nil)
}

func withAddress(email string) func(*linked) {
	return func(l *linked) {
		l.username = l.name
		l.person = l.a.sim.AddPerson(l.username, "Somebody", email, password, nil)
	}
}

// usernameTo adds the field and maps the user name to it.
func usernameTo(f core.Field) func(c *core.Collection) {
	return func(c *core.Collection) {
		c.Fields.Add(f)
		c.OAuth2.MappedFields.Username = f.GetName()
	}
}

// someone makes a person with the names, and then changes the collection.
func someone(username, name string, changes ...func(c *core.Collection)) func(*linked) {
	return func(l *linked) {
		l.is(username, name)
		l.change(changes...)
	}
}

// change changes the collection, and what the link expects of its claims.
func (l *linked) change(changes ...func(c *core.Collection)) {
	for _, change := range changes {
		l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			change(c)
			m := c.OAuth2.MappedFields
			l.d.Collection.OAuth2.Mapped = link.MappedFields{ID: m.Id, Name: m.Name, Username: m.Username,
				AvatarURL: m.AvatarURL}
			l.d.Collection.CreateRule, l.d.Collection.AuthRule = c.CreateRule, c.AuthRule
		})
	}
}

// claimsThatFit have fields and rules that most claims don't meet, and a person whose claims do.
func claimsThatFit() []reported {
	employee := func(required bool) *core.TextField {
		return &core.TextField{Name: "username", Required: required, Pattern: `^EMP\d+$`}
	}
	staff := usernameTo(&core.NumberField{Name: "staff", Required: true})
	return []reported{
		{name: "the name needs a comma", spoil: someone("c1", "Lovelace, Ada", func(c *core.Collection) {
			c.Fields.GetByName("name").(*core.TextField).Pattern = `^[^,]+, [^,]+$`
		})},
		{name: "the user name is an employee's", spoil: someone("EMP12", "Ada", usernameTo(employee(true)))},
		{name: "the user name is a number", spoil: someone("10234", "Ada", staff)},
		{name: "a create rule over the number", spoil: someone("10235", "Ada", staff, func(c *core.Collection) {
			c.CreateRule = new("staff > 1000")
		})},
		{name: "an auth rule over the employee's", spoil: someone("EMP34", "Ada", usernameTo(employee(false)),
			func(c *core.Collection) { c.AuthRule = new(`username != ""`) })},
		{name: "the address has braces", spoil: withAddress("a{b}@example.com")},
		{name: "the address is long", spoil: withAddress(strings.Repeat("x", 60) + "@" +
			strings.Repeat("abcdefghi.", 18) + "example.com")},
		{name: "the name is one of a select", spoil: someone("c6", "Red", func(c *core.Collection) {
			c.Fields.Add(&core.SelectField{Name: "team", Values: []string{"Red", "Blue"}, MaxSelect: 1})
			c.OAuth2.MappedFields.Name = "team"
		})},
		{name: "an auth rule over the slot", spoil: someone("c7", "Ada", func(c *core.Collection) {
			c.AuthRule = new(`@request.body.provider = "oidc"`)
		})},
	}
}

// crowd is more records than PocketBase answers at a time.
const crowd = 110

// manyAlike have more records that contain the person's value than an answer has.
func manyAlike() []reported {
	return []reported{
		{name: "many addresses end alike", spoil: func(l *linked) {
			for i := range crowd {
				l.record(fmt.Sprintf("x%d.ada@example.com", i), true)
			}
			l.record("ada@example.com", true)
		}},
		{name: "many user names end alike", spoil: func(l *linked) {
			l.change(usernameTo(&core.TextField{Name: "username", Required: true}), func(c *core.Collection) {
				c.AddIndex("any_case_"+c.Name, true, "username COLLATE NOCASE", "")
			})
			for i := range crowd {
				l.recordWith("username", fmt.Sprintf("x%d.ada", i))
			}
			l.recordWith("username", "ADA")
		}, check: report.CheckPrediction, cause: report.CauseUsernameDropped, signIn: report.CauseUsernameDropped},
	}
}

// recordWith creates an account with a value.
func (l *linked) recordWith(field string, value any) {
	l.t.Helper()
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil {
		l.t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetRandomPassword()
	r.Set("email", strings.ToLower(rand.Text())+"@example.com")
	r.Set(field, value)
	if err := l.pb.App().Save(r); err != nil {
		l.t.Fatal(err)
	}
}

// unique makes the columns unique.
func unique(columns, where string) func(c *core.Collection) {
	return func(c *core.Collection) {
		c.AddIndex("unique_"+identifier(columns)+"_"+c.Name, true, columns, where)
	}
}

// uniqueFields have a record whose value the new one repeats in a unique field.
func uniqueFields() (list []reported) {
	taken := func(name string, f core.Field, held any, claim string) {
		list = append(list, reported{name: "taken " + name, spoil: func(l *linked) {
			l.is(l.name, claim)
			l.change(func(c *core.Collection) {
				c.Fields.Add(f)
				c.OAuth2.MappedFields.Name = f.GetName()
			})
			l.recordWith(f.GetName(), held)
			l.change(unique(f.GetName(), ""))
		}, check: report.CheckPrediction, cause: report.CauseMappedField, signIn: report.CauseMappedField})
	}
	taken("number", &core.NumberField{Name: "staff"}, 10234, "10234")
	taken("negative number", &core.NumberField{Name: "staff"}, -1.5, "-1.5")
	taken("bool", &core.BoolField{Name: "yes"}, true, "true")
	taken("json", &core.JSONField{Name: "data"}, `{"a":1}`, `{"a":1}`)
	taken("list", &core.SelectField{Name: "team", Values: []string{"Red", "Blue"}, MaxSelect: 2},
		[]string{"Red", "Blue"}, `["Red","Blue"]`)
	taken("place", &core.GeoPointField{Name: "place"}, `{"lon":1.5,"lat":-2}`, `{"lon":1.5,"lat":-2}`)
	empty := func(name string, f core.Field) {
		list = append(list, reported{name: "empty " + name, spoil: func(l *linked) {
			l.change(func(c *core.Collection) { c.Fields.Add(f) })
			l.record("other@example.com", true)
			l.change(unique(f.GetName(), ""))
		}, check: report.CheckPrediction, cause: report.CauseMappedField, signIn: report.CauseMappedField})
	}
	empty("number", &core.NumberField{Name: "seat"})
	empty("place", &core.GeoPointField{Name: "place"})
	empty("list", &core.SelectField{Name: "team", Values: []string{"Red", "Blue"}, MaxSelect: 2})
	empty("bool", &core.BoolField{Name: "yes"})
	return append(list, reported{name: "taken once it is verified", spoil: func(l *linked) {
		l.record("other@example.com", true)
		l.change(unique("verified", ""))
	}, check: report.CheckPrediction, cause: report.CauseAccountFields, signIn: report.CauseAccountFields})
}

// savedAgain have an account that PocketBase has to save again, or that is gone.
func savedAgain() []reported {
	boss := func(c *core.Collection, of string) {
		c.Fields.Add(&core.RelationField{Name: "boss", CollectionId: of, MaxSelect: 1})
	}
	again := func(name string, spoil func(*linked)) reported {
		return reported{name: name, spoil: spoil, check: report.CheckPrediction, cause: report.CauseAccountFields,
			signIn: report.CauseAccountFields}
	}
	return []reported{
		again("the own boss is gone", func(l *linked) {
			l.change(func(c *core.Collection) { boss(c, c.Id) })
			l.sql("UPDATE %s SET boss='aaaaaaaaaaaaaaa' WHERE id='%s'", l.name, l.record("ada@example.com", false).Id)
		}),
		again("the boss elsewhere is gone", func(l *linked) {
			l.change(func(c *core.Collection) { boss(c, "_pb_users_auth_") })
			l.sql("UPDATE %s SET boss='aaaaaaaaaaaaaaa' WHERE id='%s'", l.name, l.record("ada@example.com", false).Id)
		}),
		again("only one is verified", func(l *linked) {
			l.record("other@example.com", true)
			l.record("ada@example.com", false)
			l.change(unique("verified", ""))
		}),
		{name: "the boss is there", spoil: func(l *linked) {
			l.change(func(c *core.Collection) { boss(c, c.Id) })
			r := l.record("ada@example.com", false)
			r.Set("boss", l.record("other@example.com", true).Id)
			if err := l.pb.App().Save(r); err != nil {
				l.t.Fatal(err)
			}
		}},
		{name: "the linked account is gone", spoil: func(l *linked) {
			r := l.record("gone@example.com", true)
			l.connectTo(r, l.subject())
			l.sql("DELETE FROM %s WHERE id='%s'", l.name, r.Id)
		}, check: report.CheckPrediction, cause: report.CauseOtherSubject, signIn: report.CauseOtherSubject},
	}
}

// sql changes the database, bypassing what PocketBase does at a change.
func (l *linked) sql(format string, values ...any) {
	l.t.Helper()
	query := fmt.Sprintf(format, values...)
	if _, err := l.pb.App().DB().NewQuery(strings.TrimSpace(query)).Execute(); err != nil {
		l.t.Fatal(err)
	}
}

// TestWhatDiffersAndWorksIsNotSaidToFail changes a link so that it differs and people sign in all the same: no check
// fails but the one that compares settings.
func TestWhatDiffersAndWorksIsNotSaidToFail(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	for name, change := range map[string]func(*linked){
		"another mapping of email":    func(l *linked) { l.attachToo("email", `return {"phone": "1"}`) },
		"another, which says as much": func(l *linked) { l.attachToo("email", `return {"email_verified": True}`) },
		"another, which raises": func(l *linked) {
			l.attachToo("email", `return {"x": request.user.attributes["x"]}`)
		},
	} {
		l := lab.link(identifier(name), nil)
		change(l)
		for _, c := range l.e.Verify(t.Context(), l.d, l.person) {
			if c.Status == report.Fail && c.ID != report.CheckAuthentikSettings {
				t.Errorf("%s: %s fails: %s", name, c.ID, c.Evidence)
			}
		}
		if v := l.signIn(newBrowser(""), nil); !v.Works {
			t.Errorf("%s: %s", name, v.Words())
		}
	}
}

// Which of two addresses PocketBase gets is no failure, but not known either.
func TestMappingsThatClashAreWarnedOf(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("clash", nil)
	l.attachToo("email", `return {"email": "grace@example.com"}`)
	checks := l.e.Verify(t.Context(), l.d, l.person)
	if c := link.Find(checks, func(c report.Check) bool { return c.ID == report.CheckAuthentikScopes }); c == nil ||
		c.Status != report.Warn {
		t.Errorf("%+v", c)
	}
}

// attachToo attaches one more mapping.
func (l *linked) attachToo(scope, expression string) {
	l.t.Helper()
	more := l.a.sim.AddScopeMapping("more "+scope+" of "+l.name, scope, expression)
	now := l.a.call("GET", l.providerPath(), nil)["property_mappings"].([]any)
	l.patchProvider(map[string]any{"property_mappings": append(now, more)})
}

// What refuses people is named by its own cause, and not by one that sounds alike.
func TestTheCauseIsTheOneThatRefuses(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	authorization := func(do func(l *linked, f map[string]any), stages ...string) func(*linked) {
		return func(l *linked) {
			f := l.flow("authorization", "layout", "stacked", stages...)
			do(l, f)
			l.patchProvider(map[string]any{"authorization_flow": f["pk"]})
		}
	}
	for name, one := range map[string]struct {
		spec  func(*link.Spec)
		cause report.CauseID
		spoil func(*linked)
	}{
		"a consent flow for superusers": {nil, report.CauseFlow, authorization(func(_ *linked, f map[string]any) {
			lab.a.call("PATCH", "/flows/instances/"+f["slug"].(string)+"/",
				map[string]any{"authentication": "require_superuser"})
		})},
		"a consent flow that denies": {nil, report.CauseFlow, authorization(func(*linked, map[string]any) {}, "deny")},
		"a consent flow for a group": {nil, report.CauseFlow, authorization(func(l *linked, f map[string]any) {
			l.bindTo(f["policybindingmodel_ptr_id"], "group", l.group("others"), nil)
		})},
		"the application is for a group": {nil, report.CauseNoAccess, func(l *linked) {
			l.bind("group", l.group("others"), nil)
		}},
		"an index over an expression": {nil, report.CauseMappedField, func(l *linked) {
			l.record("other@example.com", true)
			l.change(unique("substr(email, instr(email, '@'))", ""))
		}},
		"a trigger": {nil, report.CauseUnknown, func(l *linked) {
			l.sql("CREATE TRIGGER no_%[1]s BEFORE INSERT ON %[1]s BEGIN SELECT RAISE(ABORT, 'no'); END", l.name)
		}},
		"id tokens that are encrypted": {func(s *link.Spec) { idTokens(lab.a, s) }, report.CauseSigningKey,
			func(l *linked) { l.patchProvider(map[string]any{"encryption_key": l.key("rsa")}) }},
		"id tokens of no time": {func(s *link.Spec) { idTokens(lab.a, s) }, report.CauseValidity, func(l *linked) {
			l.patchProvider(map[string]any{"access_token_validity": "seconds=0"})
		}},
	} {
		l := lab.link(identifier(name), one.spec)
		one.spoil(l)
		_, v := l.e.SignIns.Run(t.Context(), &l.d, signin.Credentials{Name: l.username, Password: secret.New(password)})
		if v == nil || v.Works || v.Cause != one.cause {
			t.Errorf("%s: not %s: %+v", name, one.cause, v)
		}
	}
}

// A mapping that gives no subject may be overruled by the provider's subject mode, which depends on the version.
func TestAMappingWithoutSubjectIsInDoubt(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("none", nil)
	l.attachMapping("openid", `return {"sub": None}`)
	checks := l.e.Verify(t.Context(), l.d, l.person)
	if c := link.Find(checks, func(c report.Check) bool { return c.ID == report.CheckPrediction }); c == nil ||
		c.Status != report.Skipped {
		t.Errorf("%+v", c)
	}
}
