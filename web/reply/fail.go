package reply

import (
	"errors"
	"net/http"
	"slices"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/respond"
	"authpocket/web/session"
	"authpocket/web/view"
)

// Fail logs an error and writes a page about it, or writes the page of problems. again is where to retry. The page
// shows the words of a fault, and no details of other errors. A client that has
// disconnected gets nothing.
func (wr *Writer) Fail(w http.ResponseWriter, r *http.Request, sess *session.Session, err error, again string) {
	if respond.Gone(r) {
		respond.Nothing(w)
		return
	}
	if problems, ok := errors.AsType[report.Problems](err); ok {
		wr.reviewProblems(w, r, sess, problems, again)
		return
	}
	wr.LogError(r, "asking a system", err)
	said := report.MessageOf(err)
	page := view.ProblemPage{Head: view.Head{Title: say.Of("Something went wrong")}, Summary: said.What(),
		Todo: said.Advice(report.OnPage), Answers: true,
		Actions: []view.Action{{Label: say.Of("Try again"), URL: again}}}
	status := http.StatusInternalServerError
	if f, ok := errors.AsType[*report.Fault](err); ok && f.System != "" {
		status = http.StatusBadGateway
		page.Head.Title, page.Actions = heading(f), waysOn(f, again)
		if f.Kind == report.FaultToken {
			reconnect(sess, f)
		}
	}
	wr.Problem(w, r, status, sess, page)
}

// heading returns the heading for a fault of a system.
func heading(f *report.Fault) say.Text {
	system := f.System.Label()
	switch f.Kind {
	case report.FaultUnreachable:
		return say.Of("%s did not respond", system)
	case report.FaultNotThis:
		return say.Of("%s returned an unexpected response", system)
	case report.FaultToken, report.FaultMFA:
		return say.Of("%s no longer accepts the sign-in", system)
	case report.FaultPermission:
		return say.Of("%s does not allow this", system)
	case report.FaultThrottled:
		return say.Of("%s is limiting requests", system)
	case report.FaultStale:
		return say.Of("Something has changed in %s", system)
	case report.FaultRefused:
		return say.Of("%s refused the request", system)
	case report.FaultTooOld:
		return say.Of("This %s is not supported", system)
	case report.FaultOther, report.FaultUnknown:
	}
	return say.Of("%s could not be read", system)
}

// waysOn returns the actions for a fault of a system, the likeliest to help first.
func waysOn(f *report.Fault, again string) []view.Action {
	retry := view.Action{Label: say.Of("Try again"), URL: again}
	system := view.Action{Label: say.Of("Change the connection to %s", f.System.Label()), URL: "/" + string(f.System)}
	switch {
	case f.Kind == report.FaultToken || f.Kind == report.FaultMFA:
		system.Label = say.Of("Connect to %s again", f.System.Label())
		return []view.Action{system, retry}
	case again == "/settings":
		return []view.Action{retry, system}
	}
	settings := view.Action{Label: say.Of("Change the settings"), URL: "/settings"}
	if f.Kind == report.FaultStale && again != "/review" {
		return []view.Action{{Label: say.Of("Go to the review"), URL: "/review"}, settings, retry}
	}
	return []view.Action{retry, settings, system}
}

// reconnect has the page of a system ask for another token or password, with its address kept.
func reconnect(sess *session.Session, f *report.Fault) {
	p := sess.Look()
	var login session.Login
	switch {
	case sess.Draft("/settings") != nil: // there is one draft at a time
		return
	case f.System == report.Authentik && p.Authentik != nil:
		login = p.Authentik.Login
	case f.System == report.PB && p.PocketBase != nil:
		login = p.PocketBase.Login
	default:
		return
	}
	sess.Refuse("/"+string(f.System), session.Draft{Values: login.Values(f.System),
		Problems: ConnectionProblems(f, f.Field)})
}

// reviewProblems writes the page for answers that no longer fit the systems.
func (wr *Writer) reviewProblems(w http.ResponseWriter, r *http.Request, sess *session.Session,
	problems report.Problems, again string) {
	wr.Problem(w, r, http.StatusConflict, sess, view.ProblemPage{
		Head:    view.Head{Title: say.Of("No changes to review yet")},
		Summary: ReviewChanged(),
		Answers: true, Actions: []view.Action{{Label: say.Of("Change the settings"), URL: "/settings"},
			{Label: say.Of("Try again"), URL: again}},
		List: view.Sentences(problems),
	})
}

// ReviewChanged says that answers no longer fit the systems.
func ReviewChanged() say.Text {
	return say.Of("Something has changed in authentik or PocketBase since you answered. Check the settings again.")
}

// ConnectionProblems are the problems of a page whose connection failed. A
// field that the page does not have is not named.
func ConnectionProblems(err error, fields ...string) report.Problems {
	said := report.MessageOf(err)
	p := report.Problem{Summary: said.What(), Todo: said.Advice(report.OnPage)}
	if slices.Contains(fields, said.Field) {
		p.Field = said.Field
	}
	return report.Problems{p}
}
