package signin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// StageID is one of the stages that a sign-in passes, in this order.
type StageID string

// The stages of a sign-in.
const (
	StageOpened    StageID = "opened"    // authentik's page was opened
	StageAuthentik StageID = "authentik" // the person signed in there and was let through
	StageCallback  StageID = "callback"  // the code came back to PocketBase
	StageToken     StageID = "token"     // PocketBase exchanged the code
	StageUserInfo  StageID = "user-info" // PocketBase read the claims
	StageRecord    StageID = "record"    // PocketBase found or made the record
)

// StageState is how far a stage has come.
type StageState string

// The states of a stage. Those behind the one that failed stay waiting.
const (
	StageWaiting StageState = "waiting"
	StageRunning StageState = "running"
	StageDone    StageState = "done"
	StageFailed  StageState = "failed"
)

// Stage is one stage of a sign-in as a page shows it.
type Stage struct {
	ID     StageID    `json:"id"`
	Title  string     `json:"title"`
	State  StageState `json:"state"`
	Detail string     `json:"detail,omitempty"`
}

// Stages are all stages of a sign-in, waiting.
func Stages() []Stage {
	return []Stage{
		{ID: StageOpened, Title: "authentik was opened", State: StageWaiting},
		{ID: StageAuthentik, Title: "Signed in at authentik", State: StageWaiting},
		{ID: StageCallback, Title: "The code came back to PocketBase", State: StageWaiting},
		{ID: StageToken, Title: "PocketBase got a token", State: StageWaiting},
		{ID: StageUserInfo, Title: "PocketBase read who it is", State: StageWaiting},
		{ID: StageRecord, Title: "PocketBase found or made the account", State: StageWaiting},
	}
}

// StagesUpTo are the stages with everything before id done, id itself in the
// state given, and the rest waiting.
func StagesUpTo(id StageID, state StageState, detail string) []Stage {
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

// Code is what a sign-in brought back for PocketBase to exchange.
type Code struct {
	Code         secret.Text
	CodeVerifier secret.Text
	RedirectURL  string // the one that authentik was asked with
	Nonce        string // marks the request in PocketBase's log
}

// Missing says why nothing came back from authentik.
type Missing string

// The reasons, as the page that holds PocketBase's event stream knows them.
const (
	MissingNothing Missing = ""        // something came back
	MissingClosed  Missing = "closed"  // the sign-in window was closed
	MissingTimeout Missing = "timeout" // nobody came back in time
	MissingStream  Missing = "stream"  // the event stream gave no first event, with nothing in its way
	// What was in its way.
	MissingUnreachable Missing = "unreachable" // the browser gets no answer of PocketBase
	MissingCORS        Missing = "cors"        // PocketBase answers, and does not let the page read it
	MissingMixed       Missing = "mixed"       // the page is https, and PocketBase http
	MissingRefused     Missing = "refused"     // the stream, or subscribing to it, was answered with Return.Status
	MissingBroken      Missing = "broken"      // the stream was there and broke off
)

// Known tells whether it is one of the reasons.
func (m Missing) Known() bool {
	return m == MissingClosed || m == MissingTimeout || m.early() || m == MissingBroken
}

// early tells that authentik was not opened, because of PocketBase's event
// stream.
func (m Missing) early() bool {
	return m == MissingStream || m == MissingUnreachable || m == MissingCORS || m == MissingMixed || m == MissingRefused
}

// Return is what a sign-in window came back with: a code, an error of
// authentik's, or nothing.
type Return struct {
	Code    secret.Text
	Error   string // authentik's error code, such as "access_denied"
	Missing Missing
	Status  int // of MissingRefused
	// State is the state that the sign-in was opened with, by which
	// PocketBase's log is searched. Empty: the one of StartSignIn.
	State string
}

// Noticed is what the page that waits at PocketBase's event stream saw of it,
// in one sentence; empty where it saw nothing wrong.
func (r Return) Noticed() string {
	switch r.Missing {
	case MissingStream:
		return "The page waited at /api/realtime, and no first event came."
	case MissingUnreachable:
		return "The browser got no answer from PocketBase's address."
	case MissingCORS:
		return "PocketBase answered the browser, and the browser did not let the page read it."
	case MissingMixed:
		return "The page came over https, and PocketBase's address is http."
	case MissingBroken:
		return "The page's connection to /api/realtime ended."
	case MissingRefused:
		if r.Status != 0 {
			return fmt.Sprintf("The page was answered %d at /api/realtime.", r.Status)
		}
	}
	return ""
}

// Record is the account that a sign-in led to.
type Record struct {
	ID       string    `json:"id"`
	Email    string    `json:"email"`
	Verified bool      `json:"verified"`
	Name     string    `json:"name"`
	Avatar   string    `json:"avatar"` // file name or address, as the mapped field holds it
	Created  time.Time `json:"created"`
}

// Refusal is PocketBase's answer to a sign-in that it did not let through.
type Refusal struct {
	Status  int
	Message string
	Fields  []RefusedField
	MFA     bool // it asks for a second factor
}

// RefusedField is one complaint of a refusal.
type RefusedField struct {
	Path    string // "email"
	Code    string // "validation_required"
	Message string
}

// Exchanged is PocketBase's answer to a code: a record, or a refusal.
type Exchanged struct {
	Outcome Outcome
	Record  *Record
	Subject string
	Claims  map[string]string // everything that authentik sent
	Sent    Claims            // the part that PocketBase goes by
	Refusal *Refusal
}

// Evidence is one line of what a system noted about a sign-in, secrets
// removed.
type Evidence struct {
	System link.System `json:"system"`
	When   time.Time   `json:"when"`
	Text   string      `json:"text"`
}

// AuthentikTrail is what authentik's event log tells of a sign-in.
type AuthentikTrail struct {
	Evidence []Evidence
	Person   int    // primary key of who signed in, 0 where it does not say
	Through  bool   // authentik let somebody through to the application
	IP       string // their address as authentik sees it
	// Redirect is a redirect URI that authentik refused at its token endpoint.
	Redirect *Mismatch
	Unread   string // why the events could not be read, empty where they were
}

// PocketBaseTrail is what PocketBase's own log tells of a sign-in.
type PocketBaseTrail struct {
	Evidence []Evidence
	Exchange bool // the exchange is in the log
	// Cause is what kept PocketBase from token or claims, by the catalogue;
	// empty where the log names none.
	Cause      link.CauseID
	Stage      StageID // at which the log says that it failed, empty where it does not
	StreamIP   string  // who held the event stream
	Returned   bool    // somebody came back from authentik; newer versions leave that out
	RedirectIP string  // who came back; empty where the log has none
	// Elsewhere tells that the redirect URI's address does not lead to this
	// PocketBase.
	Elsewhere bool
	// IgnoresIPs tells that this PocketBase, older than 0.38.2, does not
	// compare the addresses of stream and window.
	IgnoresIPs bool
	Unread     string // why the log could not be read, or read in time
}

// Mismatch is a redirect URI that authentik does not know, and those it does.
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
	// Made tells that this sign-in made the record, also where PocketBase
	// refused it afterwards.
	Made bool `json:"made"`
	// Claims are all that authentik sent, for the admin only.
	Claims      map[string]string `json:"claims,omitempty"`
	Prediction  *Prediction       `json:"prediction,omitempty"` // nil: none was asked for
	AsPredicted bool              `json:"as_predicted"`
	Cause       link.CauseID      `json:"cause,omitempty"` // an id of Causes
	Redirect    *Mismatch         `json:"redirect,omitempty"`
	Evidence    []Evidence        `json:"evidence,omitempty"`
	// Details say more than cause and record do, a full sentence each.
	Details []string `json:"details,omitempty"`
	Todo    string   `json:"todo,omitempty"`
	Over    bool     `json:"over"` // false while more is being found out
}

// FailedStage returns the stage that failed, or nil.
func (v Verdict) FailedStage() *Stage {
	i := slices.IndexFunc(v.Stages, func(s Stage) bool { return s.State == StageFailed })
	if i < 0 {
		return nil
	}
	return &v.Stages[i]
}

// EmailAsWanted tells whether the e-mail of a record is what the decision
// leads to, given what authentik sent. Whoever has signed in before keeps the
// address of the record, for PocketBase never changes it.
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

// Foreseen tells whether the sign-in ended as the prediction has it.
func (p Prediction) Foreseen(e Exchanged, cause link.CauseID) bool {
	switch {
	case p.Subject != "" && e.Subject != "" && p.Subject != e.Subject:
		return false // somebody else signed in
	case p.Outcome != e.Outcome:
		return false
	case p.Outcome == OutcomeRefused:
		return p.Cause == cause
	case p.Outcome == OutcomeNew:
		return true
	}
	return e.Record != nil && e.Record.ID == p.Account.ID
}

// TrailQuery says which requests to look for in PocketBase's log.
type TrailQuery struct {
	Nonce       string
	State       string // of the return from authentik
	RedirectURL string
	Exchange    bool // the exchange is what is waited for, not the return
	Patient     bool // wait up to 30 s, not 6 s
	Hide        []secret.Text
}
