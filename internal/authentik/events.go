package authentik

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	api "goauthentik.io/api/v3"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// eventCount is the number of latest events that are read.
const eventCount = 100

// Events returns authentik's events about sign-ins to the link's application since then, by this machine's
// clock, oldest first and without secrets. Events that name another state belong to other sign-ins and are
// skipped; an empty state skips none.
func (c *Client) Events(ctx context.Context, since time.Time, d link.Desired, state string) signin.AuthentikTrail {
	n := rest.Need{What: "events", Perm: link.PermViewEvent}
	a, err := c.Read(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.EventsAPI.EventsEventsList(ctx).Actions([]api.EventActions{
			api.EVENTACTIONS_LOGIN, api.EVENTACTIONS_LOGIN_FAILED, api.EVENTACTIONS_AUTHORIZE_APPLICATION,
			api.EVENTACTIONS_CONFIGURATION_ERROR, api.EVENTACTIONS_SUSPICIOUS_REQUEST,
			api.EVENTACTIONS_POLICY_EXCEPTION, api.EVENTACTIONS_PROPERTY_MAPPING_EXCEPTION,
		}).Ordering("-created").PageSize(eventCount).Execute()
		return err
	})
	if err != nil {
		return signin.AuthentikTrail{Unread: rest.FaultWords(err)}
	}
	if ahead, err := a.Ahead(); err == nil {
		since = since.Add(ahead)
	}
	o, _ := a.Object()
	events := o.Objects("results")
	slices.Reverse(events)
	var t signin.AuthentikTrail
	for _, e := range events {
		// since was corrected by a date in whole seconds.
		if at := event(e).when(); at.After(since.Add(-time.Second)) && event(e).concerns(d) && event(e).of(state) {
			event(e).add(&t, d)
		}
	}
	return t
}

// event is one entry of authentik's event log.
type event rest.Object

func (e event) context() rest.Object { return rest.Object(e).Object("context") }

func (e event) args() rest.Object { return e.context().Object("http_request").Object("args") }

func (e event) when() time.Time {
	at, err := time.Parse(time.RFC3339Nano, rest.Object(e).Text("created"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// concerns reports whether the event is about the link's client.
func (e event) concerns(d link.Desired) bool {
	undashed := strings.ReplaceAll(d.Application.PK, "-", "")
	application, provider := e.context().Object("authorized_application"), e.context().Object("provider")
	switch {
	case d.Provider.ClientID != "" && e.args().Text("client_id") == d.Provider.ClientID:
		return true
	case undashed != "" && strings.ReplaceAll(application.Text("pk"), "-", "") == undashed:
		return true
	case d.Provider.PK != 0 && provider.Text("pk") == strconv.Itoa(d.Provider.PK):
		return true
	case d.Provider.PK == 0 && provider.Text("name") == d.Provider.Name && d.Provider.Name != "":
		return true
	}
	return e.ofMapping(d)
}

// of reports whether the event may belong to the sign-in with that state.
func (e event) of(state string) bool {
	named := e.args().Text("state")
	return state == "" || named == "" || named == state
}

// ofMapping reports whether one of the provider's scope mappings failed.
func (e event) ofMapping(d link.Desired) bool {
	name := e.context().Object("mapping").Text("name")
	return name != "" && slices.ContainsFunc(d.Provider.Mappings, func(r link.Ref) bool { return r.Name == name })
}

func (e event) add(t *signin.AuthentikTrail, d link.Desired) {
	action, user := rest.Object(e).Text("action"), rest.Object(e).Object("user")
	switch action {
	case "login", "authorize_application":
		if !user.Flag("is_anonymous") {
			t.Person = user.Number("pk")
		}
		if action == "authorize_application" {
			t.Through, t.IP = true, rest.Object(e).Text("client_ip")
		}
	case "configuration_error":
		if m := e.mismatch(); m != nil {
			t.Redirect = m
		}
	}
	t.Evidence = append(t.Evidence, signin.Evidence{
		System: link.Authentik, When: e.when(), Text: secret.Scrub(e.sentence(action, user.Text("username")),
			d.Provider.ClientSecret),
	})
}

// mismatch returns the redirect URI that authentik refused, with those that the provider has; nil for other
// events.
func (e event) mismatch() *signin.Mismatch {
	sent := e.context().Text("redirect_uri")
	if sent == "" {
		return nil
	}
	var known []string
	for _, uri := range rest.RedirectURIs(e.context().Objects("expected")) {
		known = append(known, uri.String())
	}
	return signin.NewMismatch(rest.WithoutQuery(sent), known)
}

// sentence returns the event as a sentence. It uses only known values, because authentik logs states and
// challenges as well.
func (e event) sentence(action, user string) string {
	switch action {
	case "login":
		return user + " signed in (" + rest.OrNone(e.context().Text("auth_method")) + ")."
	case "login_failed":
		return "A sign-in failed."
	case "authorize_application":
		return user + " was authorised for “" + e.context().Object("authorized_application").Text("name") +
			"”, scopes " + rest.OrNone(e.context().Text("scopes")) + "."
	case "configuration_error":
		if m := e.mismatch(); m != nil {
			return e.context().Text("message") + ". " + m.String()
		}
	}
	return strings.ReplaceAll(action, "_", " ") + ": " + rest.OrNone(e.context().Text("message"))
}
