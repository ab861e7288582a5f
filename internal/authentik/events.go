package authentik

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// eventCount is the number of latest events that are read.
const eventCount = 100

// authorised is the action of an event that lets a user through to an application.
const authorised = "authorize_application"

// Events returns authentik's events about sign-ins to the link's application since then, by this machine's
// clock, oldest first and without secrets. Events that name another state belong to other sign-ins and are
// skipped; an empty state skips none.
func (c *Client) Events(ctx context.Context, since time.Time, d link.Desired, state string) signin.AuthentikTrail {
	events, since, err := c.events(ctx, since, "login", "login_failed", authorised, "configuration_error",
		"suspicious_request", "policy_exception", "property_mapping_exception")
	if err != nil {
		return signin.AuthentikTrail{Unread: rest.FaultWords(err)}
	}
	var t signin.AuthentikTrail
	for _, e := range slices.Backward(events) {
		if e.when().After(since) && e.concerns(&d) && e.of(state) {
			e.add(&t, d)
		}
	}
	return t
}

// OnlySignIn reports whether authentik's log has the sign-in with that state, and no other one of the person to the
// link's application since then, by this machine's clock. The error is a *report.Fault.
func (c *Client) OnlySignIn(ctx context.Context, since time.Time, d link.Desired, person int, state string) (bool,
	error) {
	events, since, err := c.events(ctx, since, authorised)
	if err != nil {
		return false, err
	}
	logged := false
	for _, e := range events {
		if e.action() != authorised || !e.when().After(since) || !e.concerns(&d) || e.user().Number("pk") != person {
			continue
		}
		if e.args().Text("state") != state {
			return false, nil
		}
		logged = true
	}
	return logged, nil
}

// events returns authentik's latest events of these kinds, latest first, and since by authentik's clock. That is
// a second earlier, because it was corrected by a date in whole seconds.
func (c *Client) events(ctx context.Context, since time.Time, actions ...string) ([]event, time.Time, error) {
	call := rest.Get("/events/events/", "ordering", "-created", "page_size", strconv.Itoa(eventCount))
	call.Query["actions"] = actions
	a, err := c.Read(ctx, rest.Need{What: say.Of("events"), Perm: report.PermViewEvent}, call)
	if err != nil {
		return nil, since, err
	}
	if ahead, err := a.Ahead(); err == nil {
		since = since.Add(ahead)
	}
	o, _ := a.Object()
	asEvent := func(o rest.Object) event { return event(o) }
	return link.Each(o.Objects("results"), asEvent), since.Add(-time.Second), nil
}

// event is one entry of authentik's event log.
type event rest.Object

func (e event) action() string { return rest.Object(e).Text("action") }

func (e event) user() rest.Object { return rest.Object(e).Object("user") }

func (e event) context() rest.Object { return rest.Object(e).Object("context") }

func (e event) args() rest.Object { return e.context().Object("http_request").Object("args") }

func (e event) when() time.Time {
	at, _ := time.Parse(time.RFC3339Nano, rest.Object(e).Text("created")) // the zero time if it fails
	return at
}

// concerns reports whether the event is about the link's client.
func (e event) concerns(d *link.Desired) bool {
	undashed := bareKey(d.Application.PK)
	application, provider := e.context().Object("authorized_application"), e.context().Object("provider")
	switch {
	case d.Provider.ClientID != "" && e.args().Text("client_id") == d.Provider.ClientID:
		return true
	case undashed != "" && bareKey(application.Text("pk")) == undashed:
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
func (e event) ofMapping(d *link.Desired) bool {
	name := e.context().Object("mapping").Text("name")
	return name != "" && slices.ContainsFunc(d.Provider.Mappings, func(r link.Ref) bool { return r.Name == name })
}

func (e event) add(t *signin.AuthentikTrail, d link.Desired) {
	action, user := e.action(), e.user()
	switch action {
	case "login", authorised:
		if !user.Flag("is_anonymous") {
			t.Person = user.Number("pk")
		}
		if action == authorised {
			t.Through, t.IP = true, rest.Object(e).Text("client_ip")
		}
	case "configuration_error":
		if m := e.mismatch(); m != nil {
			t.Redirect = m
		}
	}
	t.Evidence = append(t.Evidence, signin.Evidence{
		System: report.Authentik, When: e.when(), Text: e.sentence().Values(func(s string) string {
			return secret.Scrub(s, d.Provider.ClientSecret)
		}),
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
func (e event) sentence() say.Text {
	user := e.user().Text("username")
	switch e.action() {
	case "login":
		return say.Of("%s signed in (%s).", user, rest.OrNone(e.context().Text("auth_method")))
	case "login_failed":
		return say.Of("A sign-in failed.")
	case authorised:
		return say.Of("%s was authorised for “%s”, scopes %s.", user,
			e.context().Object("authorized_application").Text("name"), rest.OrNone(e.context().Text("scopes")))
	case "configuration_error":
		if m := e.mismatch(); m != nil {
			return say.Join(say.Raw(e.context().Text("message")+"."), m.Text())
		}
	}
	return say.Raw(strings.ReplaceAll(e.action(), "_", " ") + ": " + rest.OrNone(e.context().Text("message")))
}
