package output

import (
	"cmp"
	"errors"
	"reflect"
	"time"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// Documents returns the types that --json prints, by their section of docs/output.md.
func Documents() map[string]reflect.Type {
	return map[string]reflect.Type{
		"plan": reflect.TypeFor[planResult](), "apply, undo, rotate, remove": reflect.TypeFor[applyResult](),
		"verify": reflect.TypeFor[verifyResult](), "receipts": reflect.TypeFor[receiptsResult](),
		"validate": reflect.TypeFor[validateResult](), "version": reflect.TypeFor[Build](),
		"check-people": reflect.TypeFor[people.Report](), "Who left": reflect.TypeFor[people.Leaver](),
		"Not known": reflect.TypeFor[people.Unsure](),
		"errors":    reflect.TypeFor[failure](), "several links": reflect.TypeFor[linksResult](),
		"Link": reflect.TypeFor[linkName](), "Checks": reflect.TypeFor[checksResult](),
		"Change": reflect.TypeFor[link.Change](), "Field": reflect.TypeFor[link.Field](),
		"Outcome": reflect.TypeFor[Outcome](), "Warning": reflect.TypeFor[link.Warning](),
		"Check": reflect.TypeFor[report.Check](), "Message": reflect.TypeFor[report.Message](),
		"Way": reflect.TypeFor[report.Way](), "Place": reflect.TypeFor[report.Place](),
		"Sign-in": reflect.TypeFor[signin.Verdict](), "Stage": reflect.TypeFor[signin.Stage](),
		"Prediction": reflect.TypeFor[signin.Prediction](), "Account": reflect.TypeFor[signin.Account](),
		"Refused field": reflect.TypeFor[signin.FieldFault](),
		"Record":        reflect.TypeFor[signin.Record](), "Redirect": reflect.TypeFor[signin.Mismatch](),
		"Difference": reflect.TypeFor[signin.Difference](), "Evidence": reflect.TypeFor[signin.Evidence](),
		"one receipt": reflect.TypeFor[receiptResult](), "Past change": reflect.TypeFor[pastChange](),
		"Receipt": reflect.TypeFor[receiptRow](), "Set aside": reflect.TypeFor[setAsideRow](),
	}
}

// failure is what a command prints that ends before it has a result.
type failure struct {
	Errors []report.Message `json:"errors"`
}

// planResult is what plan prints.
type planResult struct {
	// Changes are made in this order. None means that there is nothing to change.
	Changes []link.Change `json:"changes"`
	// IfNeeded are writes that an apply may add, so that both systems have the same client secret.
	IfNeeded []link.Change  `json:"if_needed,omitempty"`
	Warnings []link.Warning `json:"warnings"`
}

func resultOf(p *link.Plan) planResult {
	return planResult{notNil(p.Changes), p.IfNeeded(), notNil(p.Warnings)}
}

// applyResult is what apply, undo, rotate and remove print.
type applyResult struct {
	// Applied is false if the apply stopped. Errors say why.
	Applied bool     `json:"applied"`
	Changes Outcomes `json:"changes"`
	// Checks are those of rotate, or of the sign-in that an apply had to prove.
	Checks *checksResult    `json:"checks,omitempty"`
	Errors []report.Message `json:"errors,omitempty"`
	// Written is how much an apply that stopped has written.
	Written string `json:"written,omitempty" jsonschema:"enum=none,enum=some,enum=unknown"`
	// Stale is true if an apply stopped because something was changed since the plan was made.
	Stale *bool `json:"stale,omitempty"`
}

// checksResult holds checks with their summary.
type checksResult struct {
	// Headline sums up the checks in one line.
	Headline string         `json:"headline"`
	Checks   []report.Check `json:"checks"`
}

func resultsOf(c report.Checks, seen report.SignedIn) checksResult {
	return checksResult{c.Headline(seen).String(), notNil([]report.Check(c))}
}

// applyResult returns the document for an apply that began. checks are nil if none was made.
func (v *View) applyResult(o Outcomes, checks report.Checks, seen report.SignedIn, err error) applyResult {
	result := applyResult{Applied: err == nil, Changes: notNil(o), Errors: v.messages(err)}
	if len(checks) > 0 {
		result.Checks = new(resultsOf(checks, seen))
	}
	if stopped, ok := errors.AsType[*report.Stopped](err); ok {
		result.Written, result.Stale = cmp.Or(string(stopped.Written()), "unknown"), &stopped.Stale
	}
	return result
}

// verifyResult is what verify prints.
type verifyResult struct {
	Time time.Time `json:"time"` // when the checks began
	checksResult
	// SignIn is the outcome of the test sign-in.
	SignIn *signin.Verdict `json:"sign_in,omitempty"`
	// Changes are those of a proof: the test person is made and deleted.
	Changes Outcomes         `json:"changes,omitempty"`
	Errors  []report.Message `json:"errors,omitempty"`
}

// receiptsResult is what receipts prints.
type receiptsResult struct {
	// Receipts are listed newest first.
	Receipts []receiptRow `json:"receipts"`
	// SetAside are files that look like receipts but cannot be read.
	SetAside []setAsideRow `json:"set_aside"`
}

type receiptRow struct {
	ID      string   `json:"id"`
	When    string   `json:"when" jsonschema:"format=date-time"` // start, in UTC
	Kind    string   `json:"kind" jsonschema:"enum=apply,enum=undo,enum=rotate,enum=remove,enum=proof,enum=sign-out"`
	Outcome say.Name `json:"outcome"`
	// Changes is the number of changes in the plan.
	Changes int `json:"changes"`
	// Done is how many of them were written.
	Done          int    `json:"done"`
	AuthentikURL  string `json:"authentik"`
	PocketBaseURL string `json:"pocketbase"`
	Slug          string `json:"slug"`
	Collection    string `json:"collection"`
}

// receiptResult is what receipts prints of one.
type receiptResult struct {
	Receipt receiptRow `json:"receipt"`
	// Of is the receipt that this one undid or continued.
	Of      string `json:"of,omitempty"`
	Program string `json:"program"` // the version of authpocket
	// Proof is the sign-in that allowed passwords and one-time passwords to be turned off, if it was needed.
	Proof   *pastProof   `json:"proof,omitempty"`
	Changes []pastChange `json:"changes"`
}

// pastProof is a sign-in that a receipt records.
type pastProof struct {
	By string    `json:"by"` // the account in PocketBase
	At time.Time `json:"at"`
}

// pastChange is a change of a receipt and what became of it.
type pastChange struct {
	link.Change
	State   journal.State `json:"state" jsonschema:"enum=waiting,enum=about to,enum=done,enum=failed"`
	Summary say.Text      `json:"summary,omitzero"`
	Todo    say.Text      `json:"todo,omitzero"`
}

type setAsideRow struct {
	// File is the absolute path that the file has now.
	File   string `json:"file"`
	Reason string `json:"reason"`
}

func asideRows(list []journal.SetAside) []setAsideRow {
	return link.Each(list, func(a journal.SetAside) setAsideRow { return setAsideRow{a.File, a.Reason.String()} })
}

// validateResult is what validate prints.
type validateResult struct {
	// Links is the number of links that were read.
	Links int `json:"links"`
	// Errors are the problems of all of them.
	Errors []report.Message `json:"errors"`
}

func notNil[S ~[]T, T any](s S) S {
	if s == nil {
		return S{}
	}
	return s
}
