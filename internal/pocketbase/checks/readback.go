package checks

import (
	"context"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
)

// checkReadBack reads the collection as superuser and checks what guests cannot see: the other settings, and whether a
// new person gets in.
func (c Checker) checkReadBack(ctx context.Context, d link.Desired) []link.Check {
	settings := link.Check{ID: link.CheckPocketBaseSettings, System: link.PB,
		Title: "PocketBase holds the settings of the link"}
	rules := link.Check{ID: link.CheckPocketBaseRules, System: link.PB, Title: "The collection lets a new person in"}
	now, err := c.ReadCollection(ctx, d.Collection.ID, d.Collection.Name)
	switch {
	case err != nil:
		why := link.MessageOf(err).What()
		return []link.Check{settings.Skips(why), rules.Skips(why)}
	case now == nil:
		missing := "The list of auth collections has no " + d.Collection.Name + "."
		remedy := "Choose a collection that is there, and apply again."
		return []link.Check{settings.Fails(link.CauseCollectionMissing, missing, remedy),
			rules.Fails(link.CauseCollectionMissing, missing, remedy)}
	}
	return []link.Check{checkSettings(settings, *now, d), checkRules(rules, *now, d)}
}

// checkSettings compares our provider and the collection's other OAuth2 options with the plan. It leaves out the client
// secret, which PocketBase never shows.
func checkSettings(check link.Check, now link.CollectionState, d link.Desired) link.Check {
	mine := rest.FindProvider(now.OAuth2.Providers, d.Slot.Slot)
	if mine == nil {
		return check.Fails(link.CauseProviderMissing, "The collection "+now.Name+" has no provider "+d.Slot.Slot+
			".", "Apply the plan again.")
	}
	want := d.Slot
	want.Raw = nil
	got := *mine
	if want.PKCE == nil || got.PKCE == nil { // unset means on
		on, off := link.Value(want.PKCE, true), link.Value(got.PKCE, true)
		want.PKCE, got.PKCE = &on, &off
	}
	differ := append(rest.ProviderDifferences(want, got), rest.OptionDifferences(d.Collection.OAuth2, now.OAuth2)...)
	if len(differ) > 0 {
		return check.Fails(link.CauseSettingsDiffer, "Read back by list, these differ from the plan: "+
			strings.Join(differ, ", ")+".", "Apply the plan again.")
	}
	return check.Passes("Read back by list, all of " + d.Slot.Slot +
		" and the mapped fields are as planned. The client secret cannot be read.")
}

// obstacle is something that keeps new people out, or may do so.
type obstacle struct {
	Cause      link.CauseID
	What, Todo string
	everyone   bool // also keeps out people who have an account
	newcomers  bool // certainly keeps out everybody new
}

func checkRules(check link.Check, now link.CollectionState, d link.Desired) link.Check {
	found := Obstacles(now, d)
	if len(found) == 0 {
		return check.Passes("createRule and authRule of " + now.Name +
			" are open, no field is in the way, and OAuth2 alone is enough.")
	}
	var what, todo []string
	for _, one := range found {
		what, todo = append(what, one.What), append(todo, one.Todo)
	}
	worst := &found[0]
	if o := link.Find(found, func(o obstacle) bool { return o.newcomers }); o != nil {
		worst = o
	}
	if o := link.Find(found, func(o obstacle) bool { return o.everyone }); o != nil {
		worst = o
	}
	check = check.Warns(worst.Cause, strings.Join(what, " "), strings.Join(todo, " "))
	if worst.everyone || worst.newcomers {
		check.Status = link.Fail
	}
	return check
}

// Obstacles returns what in a collection keeps new people out, or may do so.
func Obstacles(now link.CollectionState, d link.Desired) []obstacle {
	var list []obstacle
	for _, one := range []*obstacle{createObstacle(now), authObstacle(now), mfaObstacle(now), emailObstacle(now, d),
		fieldObstacle(now)} {
		if one != nil {
			list = append(list, *one)
		}
	}
	return list
}

func createObstacle(now link.CollectionState) *obstacle {
	switch rule := now.CreateRule; {
	case rule == nil:
		return &obstacle{Cause: link.CauseCreateRule, What: "createRule of " + now.Name +
			" lets only superusers make records, so new people are refused. People who have an account there get in.",
			Todo: "To let new people in through authentik only, set createRule to @request.context = \"oauth2\"."}
	case link.PlainlyOpen(rule):
		return nil
	default:
		return &obstacle{Cause: link.CauseCreateRule, What: "createRule of " + now.Name + " is “" + rest.Plain(*rule) +
			"”, which may refuse new people; authpocket does not work it out.",
			Todo: "Sign in with a new account to see, or set createRule to @request.context = \"oauth2\"."}
	}
}

func authObstacle(now link.CollectionState) *obstacle {
	switch rule := now.AuthRule; {
	case rule == nil:
		return &obstacle{Cause: link.CauseAuthRule, everyone: true, What: "authRule of " + now.Name +
			" lets nobody sign in.",
			Todo: "Set authRule to empty, or to a rule that people meet. Changing it signs everyone out once."}
	case strings.TrimSpace(*rule) == "":
		return nil
	default:
		return &obstacle{Cause: link.CauseAuthRule, What: "authRule of " + now.Name + " is “" + rest.Plain(*rule) +
			"”, which may refuse people; their new account is made all the same.",
			Todo: "Sign in with a new account to see."}
	}
}

func mfaObstacle(now link.CollectionState) *obstacle {
	if !now.MFAEnabled || link.ExemptsOAuth2(now.MFARule) {
		return nil
	}
	return &obstacle{Cause: link.CauseMFA, everyone: strings.TrimSpace(now.MFARule) == "",
		What: "Multi-factor authentication is on in " + now.Name + ", so that authentik alone is not enough: " +
			"PocketBase asks for a second way to sign in.",
		Todo: "Set the MFA rule to @request.context != \"oauth2\", and let authentik ask for the second factor."}
}

func emailObstacle(now link.CollectionState, d link.Desired) *obstacle {
	if !now.EmailRequired || d.Email != link.EmailLeave {
		return nil
	}
	return &obstacle{Cause: link.CauseEmailUnverified, newcomers: true, What: "Nobody new can sign in: " + now.Name +
		" requires an e-mail address, and authentik marks addresses as not verified, which PocketBase drops. It then " +
		"answers “email: Cannot be blank”.",
		Todo: "Choose which addresses to trust, or make the e-mail field of " + now.Name + " optional."}
}

// fieldObstacle returns the obstacle of required fields that a sign-in leaves empty, or nil.
func fieldObstacle(now link.CollectionState) *obstacle {
	m := now.OAuth2.Mapped
	filled := []string{m.ID, m.Name, m.Username, m.AvatarURL, "id", "email", "password", "tokenKey", "verified",
		"emailVisibility"}
	var missing []string
	for _, f := range now.Fields {
		if f.Required && !f.System && !slices.Contains(filled, f.Name) {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &obstacle{Cause: link.CauseRequiredField, What: now.Name + " requires " + strings.Join(missing, ", ") +
		", which a sign-in leaves empty, so new people are refused unless the app sends or sets a value.",
		Todo: "Make the field optional, map a claim to it, or have the app send it as createData."}
}
