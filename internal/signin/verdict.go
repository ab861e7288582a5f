package signin

import (
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// StageID identifies a stage of a sign-in.
type StageID string

// The stages of a sign-in, in order.
const (
	StageOpened    StageID = "opened"    // authentik's page opened
	StageAuthentik StageID = "authentik" // the user signed in and was authorised
	StageCallback  StageID = "callback"  // the code came back to PocketBase
	StageToken     StageID = "token"     // PocketBase exchanged the code
	StageUserInfo  StageID = "user-info" // PocketBase read the claims
	StageRecord    StageID = "record"    // PocketBase found or created the record
)

// StageState is the state of a stage.
type StageState string

// The states of a stage. Stages after a failed one stay waiting.
const (
	StageWaiting StageState = "waiting"
	StageRunning StageState = "running"
	StageDone    StageState = "done"
	StageFailed  StageState = "failed"
)

// Stage is one stage of a sign-in, ready for display.
type Stage struct {
	ID     StageID    `json:"id"`
	Title  say.Text   `json:"title"`
	State  StageState `json:"state" jsonschema:"enum=waiting,enum=running,enum=done,enum=failed"`
	Detail say.Text   `json:"detail,omitzero"`
}

// Stages returns all stages of a sign-in, waiting.
func Stages() []Stage {
	return []Stage{
		{ID: StageOpened, Title: say.Of("authentik opened"), State: StageWaiting},
		{ID: StageAuthentik, Title: say.Of("Signed in at authentik"), State: StageWaiting},
		{ID: StageCallback, Title: say.Of("The code came back to PocketBase"), State: StageWaiting},
		{ID: StageToken, Title: say.Of("PocketBase got a token"), State: StageWaiting},
		{ID: StageUserInfo, Title: say.Of("PocketBase read the user's claims"), State: StageWaiting},
		{ID: StageRecord, Title: say.Of("PocketBase found or created the account"), State: StageWaiting},
	}
}

// StagesUpTo returns the stages with those before id done, id in the given state, and the rest waiting.
func StagesUpTo(id StageID, state StageState, detail say.Text) []Stage {
	stages := Stages()
	at := slices.IndexFunc(stages, func(s Stage) bool { return s.ID == id })
	for i := range max(at, 0) {
		stages[i].State = StageDone
	}
	if at >= 0 {
		stages[at].State, stages[at].Detail = state, detail
	}
	return stages
}

// Code is the authorization code of a sign-in, for PocketBase to exchange.
type Code struct {
	Code         secret.Text
	CodeVerifier secret.Text
	RedirectURL  string // the redirect URI sent to authentik
	Nonce        string // marks the request in PocketBase's log
}

// Missing is the reason why nothing came back from authentik.
type Missing string

// The reasons, as seen by the page that listens to PocketBase's event stream.
const (
	MissingNothing Missing = ""        // something came back
	MissingClosed  Missing = "closed"  // the sign-in window was closed
	MissingTimeout Missing = "timeout" // nobody came back in time
	MissingStream  Missing = "stream"  // the event stream sent no first event
	// Reasons why the event stream failed.
	MissingUnreachable Missing = "unreachable" // PocketBase does not respond to the browser
	MissingCORS        Missing = "cors"        // PocketBase responds, but CORS keeps the page from reading it
	MissingMixed       Missing = "mixed"       // the page is https and PocketBase http
	MissingRefused     Missing = "refused"     // the stream or the subscription failed with Return.Status
	MissingBroken      Missing = "broken"      // the stream opened and then ended
)

// Known reports whether m is one of the reasons.
func (m Missing) Known() bool {
	return m == MissingClosed || m == MissingTimeout || m.early() || m == MissingBroken
}

// early reports whether the event stream failed before authentik opened.
func (m Missing) early() bool {
	return m == MissingStream || m == MissingUnreachable || m == MissingCORS || m == MissingMixed || m == MissingRefused
}

// Return is the result of a sign-in window: a code, an error from authentik, or nothing.
type Return struct {
	Code    secret.Text
	Error   string // authentik's error code, such as "access_denied"
	Missing Missing
	Status  int // HTTP status, with MissingRefused
	// Stopped is why authentik did not send the person back, if the sign-in was made without a browser. Said is what
	// authentik showed then.
	Stopped report.CauseID
	Said    say.Text
	// State is the OAuth2 state of the sign-in, used to search PocketBase's
	// log. If empty, the one from StartSignIn is used.
	State string
}

// Noticed returns a sentence about what the waiting page saw of PocketBase's event stream, empty if nothing was
// wrong.
func (r Return) Noticed() say.Text {
	switch r.Missing {
	case MissingStream:
		return say.Of("The page connected to /api/realtime, but received no event.")
	case MissingUnreachable:
		return say.Of("PocketBase's address did not respond to the browser.")
	case MissingCORS:
		return say.Of("PocketBase responded, but the browser did not let the page read the response.")
	case MissingMixed:
		return say.Of("The page is served over https, but PocketBase's address is http.")
	case MissingBroken:
		return say.Of("The page's connection to /api/realtime ended.")
	case MissingRefused:
		if r.Status != 0 {
			return say.Of("/api/realtime returned %d to the page.", r.Status)
		}
	}
	return say.Text{}
}

// Record is the account that a sign-in led to.
type Record struct {
	ID       string    `json:"id"`
	Email    string    `json:"email"`
	Verified bool      `json:"verified"`
	Name     string    `json:"name"`
	Avatar   string    `json:"avatar"` // file name or URL, as stored in the mapped field
	Created  time.Time `json:"created"`
}

// Refusal is PocketBase's error response to a sign-in.
type Refusal struct {
	Status  int
	Message string
	Fields  []RefusedField
	MFA     bool // a second factor is required
}

// RefusedField is a validation error of one field.
type RefusedField struct {
	Path    string // "email"
	Code    string // "validation_required"
	Message string
}

// Exchanged is PocketBase's response to a code: a record or a refusal.
type Exchanged struct {
	Outcome Outcome
	Record  *Record
	Subject string
	Claims  map[string]string // everything that authentik sent
	Sent    Claims            // those that PocketBase uses
	Refusal *Refusal
	Groups  []GroupSeen // the fields that the exported hook sets, nil if authentik sent no groups
}

// Evidence is one log entry about a sign-in, with secrets removed.
type Evidence struct {
	System report.System `json:"system"`
	When   time.Time     `json:"when"`
	Text   say.Text      `json:"text"`
}

// AuthentikTrail is what authentik's event log contains about a sign-in.
type AuthentikTrail struct {
	Evidence []Evidence
	Person   int    // primary key of the user, 0 if unknown
	Through  bool   // authentik authorised a user for the application
	IP       string // the user's address as authentik sees it
	// Redirect is a redirect URI that authentik's token endpoint refused.
	Redirect *Mismatch
	Unread   say.Text // why the events could not be read, empty if they were
}

// PocketBaseTrail is what PocketBase's log contains about a sign-in.
type PocketBaseTrail struct {
	Evidence []Evidence
	Exchange bool // the exchange is in the log
	// Cause is what kept PocketBase from getting the token or the claims; empty if the log doesn't tell.
	Cause      report.CauseID
	Stage      StageID // that failed according to the log, empty if it doesn't tell
	StreamIP   string  // client address of the event stream
	Returned   bool    // the log has the return from authentik; newer versions omit it
	RedirectIP string  // client address of the return; empty if the log has none
	// Elsewhere reports whether the redirect URI leads to another server.
	Elsewhere bool
	// IgnoresIPs reports whether this PocketBase is older than 0.38.2 and does not compare the addresses of
	// stream and window.
	IgnoresIPs bool
	Unread     say.Text // why the log could not be read in time, empty if it was
}

// Mismatch is a redirect URI that the provider does not have, next to those it has.
type Mismatch struct {
	Sent       string     `json:"sent"`
	Known      []string   `json:"known"`
	Difference Difference `json:"difference"` // to the nearest known one
}

// Verdict is the outcome of a real sign-in.
type Verdict struct {
	Works   bool    `json:"works"`
	Stages  []Stage `json:"stages"`
	Outcome Outcome `json:"outcome"`
	Record  *Record `json:"record,omitempty"`
	// Made reports whether this sign-in created the record, even if PocketBase then refused it.
	Made bool `json:"made"`
	// Claims are all claims that authentik sent, for the admin only.
	Claims      map[string]string `json:"claims,omitempty"`
	Groups      []GroupSeen       `json:"-"`                    // as in Exchanged
	Prediction  *Prediction       `json:"prediction,omitempty"` // nil if none was requested
	AsPredicted bool              `json:"as_predicted"`
	Cause       report.CauseID    `json:"cause,omitempty"` // of the catalogue
	Redirect    *Mismatch         `json:"redirect,omitempty"`
	Evidence    []Evidence        `json:"evidence,omitempty"`
	// Details are full sentences that add to cause and record.
	Details []say.Text `json:"details,omitempty"`
	Todo    say.Text   `json:"todo,omitzero"`
	Over    bool       `json:"over"` // false while the diagnosis is running
}

// FailedStage returns the stage that failed, or nil.
func (v *Verdict) FailedStage() *Stage {
	i := slices.IndexFunc(v.Stages, func(s Stage) bool { return s.State == StageFailed })
	if i < 0 {
		return nil
	}
	return &v.Stages[i]
}

// EmailAsWanted reports whether the e-mail address of a record matches the decision, given what authentik sent.
// Returning users keep the record's address, because PocketBase never changes it.
func EmailAsWanted(d link.EmailDecision, sent Claims, o Outcome, r Record) bool {
	if o == OutcomeReturns {
		return r.Email != "" || d != link.EmailTrustAll
	}
	switch {
	case d == link.EmailTrustAll:
		return sent.Verified && sent.Email != "" && strings.EqualFold(r.Email, sent.Email)
	case sent.Verified:
		return strings.EqualFold(r.Email, sent.Email)
	}
	return r.Email == "" // dropped, as decided
}

// Foreseen reports whether the sign-in ended as predicted.
func (p *Prediction) Foreseen(e Exchanged, cause report.CauseID) bool {
	switch {
	case p.Subject != "" && e.Subject != "" && p.Subject != e.Subject:
		return false // another user signed in
	case p.Outcome != e.Outcome:
		return false
	case p.Outcome == OutcomeRefused:
		return p.Cause == cause
	case p.Outcome == OutcomeNew:
		return true
	}
	return e.Record != nil && e.Record.ID == p.Account.ID
}

// TrailQuery selects the requests to look for in PocketBase's log.
type TrailQuery struct {
	Nonce       string
	State       string // of the return from authentik
	RedirectURL string
	Exchange    bool // wait for the exchange, not the return
	Patient     bool // wait up to 30 s instead of 6 s
	Hide        []secret.Text
}
