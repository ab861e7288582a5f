package checks

import (
	"context"
	"strconv"
	"time"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// readUser reads the checked user. The token's own account is known from connecting.
func (m *measured) readUser(ctx context.Context) {
	if !m.own() {
		m.user, m.userErr = m.c.User(ctx, m.person)
	}
}

// userPK returns the primary key of the checked user.
func (m *measured) userPK() int {
	if m.own() {
		return m.c.Identity().UserPK
	}
	return m.person
}

// judgePerson checks that authentik lets the user's account sign in at all.
func (m *measured) judgePerson() *report.Check {
	check := newCheck(report.CheckAuthentikPerson, say.Of("The user's account can sign in to authentik"))
	kind, name := m.user.Text("type"), say.Of("The account %s", rest.Plain(m.user.Text("username")))
	switch {
	case m.own():
		kind, name = m.c.Identity().Type, say.Of("The token's own account %s", rest.Plain(m.c.Identity().Username))
	case m.userErr != nil:
		return check.SkipsSaying(rest.FaultWords(m.userErr), m.userErr)
	case m.user == nil:
		return check.Skips(say.Of("authentik has no user with the ID %d, or the token may not see it.", m.person))
	case m.user.Has("is_active") && !m.user.Flag("is_active"):
		return check.Fails(report.CausePersonInactive, say.Of("%s is not active, so authentik refuses it.", name),
			say.Of("Activate the account in authentik, or check as another user."))
	}
	if kind == "service_account" || kind == "internal_service_account" {
		return check.Warns(report.CausePersonInactive, say.Of("%s is a service account, which has no password to sign "+
			"in with.", name),
			say.Of("Check as a user who signs in to the app."))
	}
	if expires, ok := m.expires(); ok && expires.Before(time.Now()) {
		return check.Warns(report.CausePersonInactive, say.Of("%s expired on %s UTC. authentik deletes it soon.", name,
			expires.UTC().Format(time.DateTime)), say.Of("Check as another user."))
	}
	if m.person == 0 {
		return check.Passes(say.Of("%s can sign in. No other user was chosen to check with.", name))
	}
	return check.Passes(say.Of("%s is active.", name))
}

// expires returns when authentik deletes a temporary account (core/tasks.py), false for other accounts.
func (m *measured) expires() (time.Time, bool) {
	seconds, err := strconv.ParseFloat(m.user.Object("attributes").Text("goauthentik.io/user/expires"), 64)
	return time.Unix(int64(seconds), 0), err == nil && seconds > 0 && seconds < 1<<40
}
