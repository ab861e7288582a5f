package signin

import (
	"slices"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func refusal(status int, message string, fields ...string) *Exchanged {
	r := &Refusal{Status: status, Message: message}
	for i := 0; i+1 < len(fields); i += 2 {
		r.Fields = append(r.Fields, RefusedField{Path: fields[i], Code: fields[i+1]})
	}
	return &Exchanged{Outcome: OutcomeRefused, Refusal: r}
}

func TestDiagnose(t *testing.T) {
	missing := func(m Missing) Return { return Return{Missing: m} }
	fails := func(id report.CheckID, cause report.CauseID) []report.Check {
		return []report.Check{{ID: id, Status: report.Fail, Cause: cause}}
	}
	for name, one := range map[string]struct {
		facts Facts
		cause report.CauseID
		stage StageID
	}{
		"mfa": {Facts{Exchanged: &Exchanged{Refusal: &Refusal{Status: 401, MFA: true}}}, "mfa",
			StageRecord},
		"rate limit": {Facts{Exchanged: refusal(429, "Too Many Requests.")}, "rate-limit", StageToken},
		"off":        {Facts{Exchanged: refusal(403, saidOff)}, "oauth2-off", StageToken},
		"no collection": {Facts{Exchanged: refusal(404, "Missing or invalid auth collection context.")},
			"collection-missing", StageToken},
		"no provider": {Facts{Exchanged: refusal(400, "An error occurred.", "provider",
			"validation_invalid_provider")}, "oauth2-off", StageToken},
		"stale link": {Facts{Exchanged: refusal(404, "The requested resource wasn't found.")}, "other-subject",
			StageRecord},
		"other subject": {Facts{Exchanged: refusal(400, "Failed to authenticate.", "collectionRef",
			"validation_not_unique", "provider", "validation_not_unique")}, "other-subject", StageRecord},
		"no subject": {Facts{Exchanged: refusal(400, "Failed to authenticate.", "providerId",
			"validation_required")}, "no-subject", StageRecord},
		"account's field": {Facts{Exchanged: refusal(400, "Failed to authenticate.", "name",
			"validation_max_text_constraint")}, "account-fields", StageRecord},
		"auth rule":        {Facts{Exchanged: refusal(403, saidAuthRule)}, "auth-rule", StageRecord},
		"create rule null": {Facts{Exchanged: refusal(403, saidSuperuser)}, "create-rule", StageRecord},
		"create rule":      {Facts{Exchanged: refusal(400, saidCreate)}, "create-rule", StageRecord},
		"duplicate": {Facts{Exchanged: refusal(400, saidCreate, "email", "validation_not_unique")},
			"duplicate-email", StageRecord},
		"odd address": {Facts{Exchanged: refusal(400, saidCreate, "email", "validation_is_email")},
			"email-refused", StageRecord},
		"required": {Facts{Exchanged: refusal(400, saidCreate, "phone", "validation_required")},
			"required-field", StageRecord},
		"avatar": {Facts{Exchanged: refusal(400, saidCreate, "avatar", "validation_invalid_mime_type")},
			"mapped-field", StageRecord},
		"blank, left": {Facts{Decision: link.EmailLeave, Exchanged: refusal(400, saidCreate, "email",
			"validation_required")}, "email-unverified", StageRecord},
		"blank, trusted": {Facts{Decision: link.EmailTrustAll, Exchanged: refusal(400, saidCreate, "email",
			"validation_required")}, "email-blank", StageRecord},
		"blank, not there": {Facts{Exchanged: refusal(400, saidCreate, "email", "validation_required"),
			Claims: &Claims{}}, "email-blank", StageRecord},
		"blank, unverified": {Facts{Decision: link.EmailTrustAll, Exchanged: refusal(400, saidCreate, "email",
			"validation_required"), Claims: &Claims{Email: "a"}}, "email-unverified", StageRecord},
		"blank, verified": {Facts{Exchanged: refusal(400, saidCreate, "email", "validation_required"),
			Claims: &Claims{Email: "a", Verified: true}}, "user-info-url", StageRecord},
		"token, log": {Facts{Exchanged: refusal(400, saidToken), PocketBase: PocketBaseTrail{Cause: "dns"}},
			"dns", StageToken},
		"token, no log": {Facts{Exchanged: refusal(400, saidToken)}, "unknown", StageToken},
		"token, odd log": {Facts{Exchanged: refusal(400, saidToken),
			PocketBase: PocketBaseTrail{Cause: "not of the catalogue"}}, "unknown", StageToken},
		"token, no log, key": {Facts{Exchanged: refusal(400, saidToken), Checks: fails("authentik.jwks",
			"signing-key")}, "signing-key", StageToken},
		"token, redirect": {Facts{Exchanged: refusal(400, saidToken),
			Authentik:  AuthentikTrail{Redirect: NewMismatch("a", nil)},
			PocketBase: PocketBaseTrail{Cause: "invalid-client"}}, "redirect-mismatch", StageToken},
		"user": {Facts{Exchanged: refusal(400, saidUser),
			PocketBase: PocketBaseTrail{Cause: "missing-scopes"}}, "missing-scopes", StageUserInfo},
		"panic":         {Facts{Exchanged: refusal(500, "Something went wrong.")}, "unknown", StageUserInfo},
		"denied":        {Facts{Return: Return{Error: "access_denied"}}, "no-access", StageAuthentik},
		"no grant":      {Facts{Return: Return{Error: "invalid_request"}}, "grant-types", StageAuthentik},
		"no scope":      {Facts{Return: Return{Error: "invalid_scope"}}, "missing-scopes", StageAuthentik},
		"failed":        {Facts{Return: Return{Error: "server_error"}}, "authentik-error", StageAuthentik},
		"not signed in": {Facts{Return: Return{Error: "login_required"}}, "popup-closed", StageAuthentik},
		"odd error":     {Facts{Return: Return{Error: "out_of_cheese"}}, "unknown", StageAuthentik},
		"no stream":     {Facts{Return: missing(MissingStream)}, "buffered-stream", StageOpened},
		"no stream, but a page": {Facts{Return: missing(MissingStream), Checks: fails("pocketbase.realtime",
			report.CauseStreamRefused)}, report.CauseStreamRefused, StageOpened},
		"no way to it": {Facts{Return: missing(MissingUnreachable)}, "browser-unreachable", StageOpened},
		"origins":      {Facts{Return: missing(MissingCORS)}, "cors", StageOpened},
		"mixed":        {Facts{Return: missing(MissingMixed)}, "plain-http", StageOpened},
		"no stream there": {Facts{Return: Return{Missing: MissingRefused, Status: 404}}, "stream-refused",
			StageOpened},
		"stream, two": {Facts{Return: Return{Missing: MissingRefused, Status: 400}}, "different-ip",
			StageOpened},
		"stream, two, old": {Facts{Return: Return{Missing: MissingRefused, Status: 400},
			PocketBase: PocketBaseTrail{IgnoresIPs: true}}, "stream-refused", StageOpened},
		"broke off": {Facts{Return: Return{Missing: MissingBroken, State: "s"}}, "stream-broken",
			StageAuthentik},
		"broke off, through": {Facts{Return: Return{Missing: MissingBroken, State: "s"},
			Authentik: AuthentikTrail{Through: true}}, "stream-broken", StageCallback},
		"broke off, early": {Facts{Return: missing(MissingBroken)}, "stream-broken", StageOpened},
		"two, old": {Facts{Return: missing(MissingTimeout), PocketBase: PocketBaseTrail{Returned: true,
			RedirectIP: "10.0.0.1", StreamIP: "10.0.0.2", IgnoresIPs: true}}, "buffered-stream", StageCallback},
		"none, old": {Facts{Return: missing(MissingTimeout), PocketBase: PocketBaseTrail{Returned: true,
			IgnoresIPs: true}}, "buffered-stream", StageCallback},
		"through, two, old": {Facts{Return: missing(MissingTimeout), Authentik: AuthentikTrail{Through: true, IP: "a"},
			PocketBase: PocketBaseTrail{StreamIP: "b", IgnoresIPs: true}}, "popup-closed", StageCallback},
		"through, old": {Facts{Return: missing(MissingTimeout), Authentik: AuthentikTrail{Through: true},
			PocketBase: PocketBaseTrail{IgnoresIPs: true}}, "popup-closed", StageCallback},
		"closed":  {Facts{Return: missing(MissingClosed)}, "popup-closed", StageAuthentik},
		"timeout": {Facts{Return: missing(MissingTimeout)}, "popup-closed", StageAuthentik},
		"error page": {Facts{Return: missing(MissingClosed), Checks: fails("authentik.redirect.2",
			"redirect-mismatch")}, "redirect-mismatch", StageAuthentik},
		"denied page": {Facts{Return: missing(MissingClosed), Checks: fails("authentik.access", "no-access")},
			"no-access", StageAuthentik},
		"only a warning": {Facts{Return: missing(MissingClosed),
			Checks: []report.Check{{ID: "authentik.access", Status: report.Warn, Cause: "no-access"}}}, "popup-closed",
			StageAuthentik},
		"two addresses": {Facts{Return: missing(MissingTimeout), PocketBase: PocketBaseTrail{Returned: true,
			RedirectIP: "10.0.0.1", StreamIP: "10.0.0.2"}}, "different-ip", StageCallback},
		"held back": {Facts{Return: missing(MissingTimeout), PocketBase: PocketBaseTrail{Returned: true,
			RedirectIP: "10.0.0.1", StreamIP: "10.0.0.1"}}, "buffered-stream", StageCallback},
		"no addresses": {Facts{Return: missing(MissingTimeout), PocketBase: PocketBaseTrail{Returned: true}},
			"different-ip", StageCallback},
		"through, elsewhere": {Facts{Return: missing(MissingTimeout), Authentik: AuthentikTrail{Through: true},
			PocketBase: PocketBaseTrail{Elsewhere: true}}, "other-pocketbase", StageCallback},
		"through, two": {Facts{Return: missing(MissingTimeout), Authentik: AuthentikTrail{Through: true, IP: "a"},
			PocketBase: PocketBaseTrail{StreamIP: "b"}}, "different-ip", StageCallback},
		"through, held back": {Facts{Return: missing(MissingTimeout), Authentik: AuthentikTrail{Through: true},
			Checks: fails("pocketbase.realtime", "buffered-stream")}, "buffered-stream", StageCallback},
		"another address": {Facts{Exchanged: &Exchanged{Record: &Record{}, Sent: Claims{Email: "a", Verified: true}}},
			"settings-differ", StageRecord},
		"without address": {Facts{Exchanged: &Exchanged{Record: &Record{}, Sent: Claims{Email: "a"}}},
			"email-unverified", StageRecord},
		"none to have":   {Facts{Exchanged: &Exchanged{Record: &Record{}}}, "email-blank", StageRecord},
		"nothing at all": {Facts{}, "unknown", StageToken},
	} {
		if got := Diagnose(&one.facts); got != one.cause {
			t.Errorf("%s: %s, want %s", name, got, one.cause)
		}
		if got := StageOf(&one.facts); got != one.stage {
			t.Errorf("%s: failed at %s, want %s", name, got, one.stage)
		}
	}
}

// FuzzDiagnose: whatever two systems answer, there is a cause of the
// catalogue and a stage.
func FuzzDiagnose(f *testing.F) {
	f.Add(400, saidToken, "email", "validation_required", "dns", "access_denied", "closed", "authentik.redirect",
		uint8(1))
	f.Add(403, saidAuthRule, "", "", "", "", "", "", uint8(2))
	f.Add(0, "", "provider", "x", "nope", "", "stream", "pocketbase.realtime", uint8(0))
	f.Fuzz(func(t *testing.T, status int, message, path, code, logged, back, missing, check string, how uint8) {
		facts := Facts{
			Return: Return{Error: back, Missing: Missing(missing)},
			PocketBase: PocketBaseTrail{Cause: report.CauseID(logged), Returned: how&1 != 0, StreamIP: code,
				RedirectIP: path, Elsewhere: how&2 != 0},
			Authentik: AuthentikTrail{Through: how&4 != 0, IP: code},
			Checks:    []report.Check{{ID: report.CheckID(check), Status: report.Fail, Cause: report.CauseID(logged)}},
		}
		if how&8 != 0 {
			facts.Exchanged = refusal(status, message, path, code)
		}
		if how&16 != 0 {
			facts.Exchanged = &Exchanged{Record: &Record{}, Sent: Claims{Email: path, Verified: how&32 != 0}}
		}
		cause := Diagnose(&facts)
		if _, found := FindCause(cause); !found {
			t.Errorf("%q is not in the catalogue: %+v", cause, facts)
		}
		stages := StagesUpTo(StageOf(&facts), StageFailed, say.Text{})
		if !slices.ContainsFunc(stages, func(s Stage) bool { return s.State == StageFailed }) {
			t.Errorf("no stage failed: %+v", facts)
		}
	})
}

func TestEmailAsWanted(t *testing.T) {
	for name, one := range map[string]struct {
		decision link.EmailDecision
		sent     Claims
		outcome  Outcome
		record   string
		want     bool
	}{
		"trusted": {link.EmailTrustAll, Claims{Email: "a@b", Verified: true}, OutcomeNew,
			"a@b", true},
		"trusted, capitals": {link.EmailTrustAll, Claims{Email: "A@b", Verified: true},
			OutcomeLinked, "a@b", true},
		"trusted, dropped": {link.EmailTrustAll, Claims{Email: "a@b"}, OutcomeNew, "", false},
		"trusted, none":    {link.EmailTrustAll, Claims{}, OutcomeNew, "", false},
		"trusted, another": {link.EmailTrustAll, Claims{Email: "a@b", Verified: true}, OutcomeNew,
			"c@d", false},
		"trusted, returns": {link.EmailTrustAll, Claims{Email: "a@b", Verified: true},
			OutcomeReturns, "old@b", true},
		"trusted, returns bare": {link.EmailTrustAll, Claims{Email: "a@b", Verified: true},
			OutcomeReturns, "", false},
		"attribute, verified": {link.EmailTrustAttribute, Claims{Email: "a@b", Verified: true},
			OutcomeNew, "a@b", true},
		"attribute, not verified": {link.EmailTrustAttribute, Claims{Email: "a@b"}, OutcomeNew, "", true},
		"attribute, taken anyway": {link.EmailTrustAttribute, Claims{Email: "a@b"}, OutcomeNew, "a@b",
			false},
		"attribute, returns bare": {link.EmailTrustAttribute, Claims{}, OutcomeReturns, "", true},
		"left, dropped":           {link.EmailLeave, Claims{Email: "a@b"}, OutcomeNew, "", true},
		"left, verified by an older authentik": {link.EmailLeave, Claims{Email: "a@b", Verified: true}, OutcomeNew,
			"a@b", true},
		"left, lost": {link.EmailLeave, Claims{Email: "a@b", Verified: true}, OutcomeNew, "", false},
	} {
		if got := EmailAsWanted(one.decision, one.sent, one.outcome, Record{Email: one.record}); got != one.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestForeseen(t *testing.T) {
	there := Account{ID: "r1"}
	ended := func(o Outcome, id string) Exchanged {
		return Exchanged{Outcome: o, Subject: "s", Record: &Record{ID: id}}
	}
	for name, one := range map[string]struct {
		p     Prediction
		e     Exchanged
		cause report.CauseID
		want  bool
	}{
		"new":            {Prediction{Outcome: OutcomeNew, Subject: "s"}, ended(OutcomeNew, "x"), "", true},
		"linked":         {Prediction{Outcome: OutcomeLinked, Account: there}, ended(OutcomeLinked, "r1"), "", true},
		"another record": {Prediction{Outcome: OutcomeLinked, Account: there}, ended(OutcomeLinked, "r2"), "", false},
		"somebody else":  {Prediction{Outcome: OutcomeNew, Subject: "other"}, ended(OutcomeNew, "x"), "", false},
		"refused": {Prediction{Outcome: OutcomeRefused, Cause: "mfa"}, Exchanged{Outcome: OutcomeRefused},
			"mfa", true},
		"refused, but why": {Prediction{Outcome: OutcomeRefused, Cause: "mfa"}, Exchanged{Outcome: OutcomeRefused},
			"dns", false},
		"not refused": {Prediction{Outcome: OutcomeRefused, Cause: "mfa"}, ended(OutcomeNew, "x"), "", false},
		"no record": {Prediction{Outcome: OutcomeReturns, Account: there}, Exchanged{Outcome: OutcomeReturns}, "",
			false},
	} {
		if got := one.p.Foreseen(one.e, one.cause); got != one.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
