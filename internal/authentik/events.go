package authentik

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	api "goauthentik.io/api/v3"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// eventCount is how many of the newest events are looked through.
const eventCount = 100

// Events reads what authentik noted about sign-ins to the link's application
// since then, by this machine's clock, oldest first and without secrets. Those
// that name another state than this one are of other sign-ins, and left out;
// an empty state takes all.
func (c *Facade) Events(ctx context.Context, since time.Time, d link.Desired, state string) signin.AuthentikTrail {
	n := need{what: "events", perm: permViewEvent}
	a, err := c.read(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.EventsAPI.EventsEventsList(ctx).Actions([]api.EventActions{
			api.EVENTACTIONS_LOGIN, api.EVENTACTIONS_LOGIN_FAILED, api.EVENTACTIONS_AUTHORIZE_APPLICATION,
			api.EVENTACTIONS_CONFIGURATION_ERROR, api.EVENTACTIONS_SUSPICIOUS_REQUEST,
			api.EVENTACTIONS_POLICY_EXCEPTION, api.EVENTACTIONS_PROPERTY_MAPPING_EXCEPTION,
		}).Ordering("-created").PageSize(eventCount).Execute()
		return err
	})
	if err != nil {
		return signin.AuthentikTrail{Unread: words(err)}
	}
	if ahead, err := a.Ahead(); err == nil {
		since = since.Add(ahead)
	}
	o, _ := a.object()
	events := o.objects("results")
	slices.Reverse(events)
	var t signin.AuthentikTrail
	for _, e := range events {
		// The date that since was corrected by has whole seconds.
		if at := event(e).when(); at.After(since.Add(-time.Second)) && event(e).concerns(d) && event(e).of(state) {
			event(e).add(&t, d)
		}
	}
	return t
}

// event is one entry of authentik's event log.
type event object

func (e event) context() object { return object(e).object("context") }

func (e event) args() object { return e.context().object("http_request").object("args") }

func (e event) when() time.Time {
	at, err := time.Parse(time.RFC3339Nano, object(e).text("created"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// concerns reports whether the event is about the link's client.
func (e event) concerns(d link.Desired) bool {
	undashed := strings.ReplaceAll(d.Application.PK, "-", "")
	application, provider := e.context().object("authorized_application"), e.context().object("provider")
	switch {
	case d.Provider.ClientID != "" && e.args().text("client_id") == d.Provider.ClientID:
		return true
	case undashed != "" && strings.ReplaceAll(application.text("pk"), "-", "") == undashed:
		return true
	case d.Provider.PK != 0 && provider.text("pk") == strconv.Itoa(d.Provider.PK):
		return true
	case d.Provider.PK == 0 && provider.text("name") == d.Provider.Name && d.Provider.Name != "":
		return true
	}
	return e.ofMapping(d)
}

// of reports whether the event may be of the sign-in with that state.
func (e event) of(state string) bool {
	named := e.args().text("state")
	return state == "" || named == "" || named == state
}

// ofMapping reports whether one of the provider's scope mappings failed.
func (e event) ofMapping(d link.Desired) bool {
	name := e.context().object("mapping").text("name")
	return name != "" && slices.ContainsFunc(d.Provider.Mappings, func(r link.Ref) bool { return r.Name == name })
}

func (e event) add(t *signin.AuthentikTrail, d link.Desired) {
	action, user := object(e).text("action"), object(e).object("user")
	switch action {
	case "login", "authorize_application":
		if !user.flag("is_anonymous") {
			t.Person = user.number("pk")
		}
		if action == "authorize_application" {
			t.Through, t.IP = true, object(e).text("client_ip")
		}
	case "configuration_error":
		if m := e.mismatch(); m != nil {
			t.Redirect = m
		}
	}
	t.Evidence = append(t.Evidence, signin.Evidence{
		System: link.Authentik, When: e.when(), Text: secret.Scrub(e.sentence(action, user.text("username")),
			d.Provider.ClientSecret),
	})
}

// mismatch is the redirect URI that authentik refused, beside those that the
// provider has; nil for events about something else.
func (e event) mismatch() *signin.Mismatch {
	sent := e.context().text("redirect_uri")
	if sent == "" {
		return nil
	}
	var known []string
	for _, uri := range redirectURIs(e.context().objects("expected")) {
		known = append(known, uri.String())
	}
	return signin.NewMismatch(withoutQuery(sent), known)
}

// sentence is the event for people. Only named values are taken from it: what
// authentik notes of a request holds states, challenges and the like.
func (e event) sentence(action, user string) string {
	switch action {
	case "login":
		return user + " signed in (" + orNone(e.context().text("auth_method")) + ")."
	case "login_failed":
		return "A sign-in failed."
	case "authorize_application":
		return user + " was authorised for “" + e.context().object("authorized_application").text("name") +
			"”, scopes " + orNone(e.context().text("scopes")) + "."
	case "configuration_error":
		if m := e.mismatch(); m != nil {
			return e.context().text("message") + ". " + m.String()
		}
	}
	return strings.ReplaceAll(action, "_", " ") + ": " + orNone(e.context().text("message"))
}
