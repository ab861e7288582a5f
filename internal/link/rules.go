package link

import (
	"slices"
	"strings"

	"authpocket/internal/secret"
)

// RuleDrift is one rule of a collection that is no longer as it was when the
// link was made.
type RuleDrift struct {
	Cause  CauseID // of the catalogue
	What   string  // a full sentence
	Looser bool    // it lets in more people than before, not fewer
}

// RuleDrifts compares the rules that decide who may sign in.
func (d Desired) RuleDrifts(now CollectionState) []RuleDrift {
	var list []RuleDrift
	was := d.Collection
	add := func(cause CauseID, name string, before, after *string) {
		if !SameRule(before, after) {
			list = append(list, RuleDrift{Cause: cause, Looser: PlainlyOpen(after),
				What: "The " + name + " of " + now.Name + " was " + ruleWords(before) + " and is now " +
					ruleWords(after) + "."})
		}
	}
	add(CauseCreateRule, "create rule", was.CreateRule, now.CreateRule)
	add(CauseAuthRule, "auth rule", was.AuthRule, now.AuthRule)
	if asksTwice(now) != asksTwice(was) {
		what := "Multi-factor authentication of " + now.Name + " was not asked of sign-ins with authentik, and is now."
		if asksTwice(was) {
			what = "Multi-factor authentication of " + now.Name +
				" was asked of sign-ins with authentik, and is no longer."
		}
		list = append(list, RuleDrift{Cause: CauseMFA, What: what, Looser: asksTwice(was)})
	}
	return list
}

func asksTwice(c CollectionState) bool { return c.MFAEnabled && !ExemptsOAuth2(c.MFARule) }

// PlainlyOpen tells whether a rule lets every sign-in with OAuth2 through.
func PlainlyOpen(rule *string) bool {
	if rule == nil {
		return false
	}
	normal := strings.ReplaceAll(strings.Join(strings.Fields(*rule), ""), "'", `"`)
	return normal == "" || normal == `@request.context="oauth2"`
}

func ruleWords(rule *string) string {
	switch {
	case rule == nil:
		return "“superusers only”"
	case strings.TrimSpace(*rule) == "":
		return "open to everyone"
	}
	return "“" + secret.Scrub(*rule) + "”"
}

// OAuth2Only is the create rule that lets people make accounts by signing in
// through an OAuth2 provider, and in no other way.
const OAuth2Only = `@request.context = "oauth2"`

func ruleText(rule *string) string {
	if rule == nil {
		return "superusers only"
	}
	if *rule == "" {
		return "everyone"
	}
	return *rule
}

// SameRule reports whether two rules of a collection are the same one.
func SameRule(a, b *string) bool {
	return (a == nil) == (b == nil) && Value(a, "") == Value(b, "")
}

// ExemptsOAuth2 tells whether an MFA rule plainly leaves OAuth2 sign-ins out.
func ExemptsOAuth2(rule string) bool {
	normal := strings.Join(strings.Fields(rule), "")
	return slices.Contains([]string{`@request.context!="oauth2"`, `@request.context!='oauth2'`}, normal)
}
