package rest

import (
	"context"
	"errors"
	"sync"
	"time"

	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// connectTime bounds all of Connect, because a person waits for it.
const connectTime = 9500 * time.Millisecond

// Connect returns a client after checking that cfg leads to a PocketBase of a supported version and to one of its
// superusers. The first requests carry no credentials. Any error is a *report.Fault that names the field to blame. One
// of kind report.FaultMFA wraps an *MFARequired: the caller continues with RequestOTP and Config.OTP.
func Connect(ctx context.Context, cfg Config) (*Client, error) {
	if f := cfg.missing(); f != nil {
		return nil, f
	}
	ctx, cancel := outbound.WithTimeout(ctx, connectTime)
	defer cancel()
	w := newTransport(cfg)
	steady := w.Reads
	w.Reads = steady.Hasty()
	coop, script, f := w.look(ctx)
	if f != nil {
		return nil, f
	}
	var (
		version string
		in      account
		group   sync.WaitGroup
	)
	group.Go(func() { version = w.dashboardVersion(ctx, script) })
	signIn, cancel := context.WithCancel(ctx)
	defer cancel()
	group.Go(func() {
		if in, f = w.signIn(signIn, cfg); f != nil {
			cancel()
		}
	})
	if _, wrong := checkShape(cfg.Token.AsPasted()); wrong == nil && cfg.Meanwhile != nil {
		group.Go(func() { cfg.Meanwhile(signIn) })
	}
	group.Wait()
	if old := w.checkAge(ctx, version); old != nil {
		return nil, old // which also explains a refused sign-in
	}
	if f != nil {
		return nil, f
	}
	c := NewClient(cfg, in.Identity)
	c.Wire, c.token = w, in.token
	c.identity.Version = version
	if version == "" {
		c.identity.Version = c.featureVersion(ctx, coop)
	}
	c.Wire.Reads = steady
	return c, nil
}

// look checks at the same time that a PocketBase answers and where its dashboard's script is, without credentials.
func (w transport) look(ctx context.Context) (coop bool, script string, f *report.Fault) {
	page, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		if coop, f = w.reach(ctx); f != nil {
			cancel()
		}
	})
	group.Go(func() { script = w.dashboardScript(page) })
	group.Wait()
	cancel()
	return coop, script, f
}

// missing returns the fault for a missing address or credential, or nil.
func (cfg Config) missing() *report.Fault {
	ask := func(field string, summary, todo say.Text) *report.Fault {
		return NewFault(report.FaultToken, field, summary, todo, errors.New("no credentials given"))
	}
	switch {
	case cfg.URL == "":
		return NewFault(report.FaultUnreachable, fieldURL, say.Of("Enter the PocketBase address."),
			say.Of("Enter it like https://pocketbase.company."), errors.New("no address given"))
	case cfg.Token.IsSet(), cfg.OTP != nil && cfg.OTP.Code.IsSet():
		return nil
	case cfg.OTP != nil:
		return ask(fieldOTP, say.Of("Enter the one-time password."), say.Of("PocketBase sent it to the superuser by "+
			"e-mail."))
	case cfg.Email == "" && !cfg.Password.IsSet():
		return ask(fieldToken, say.Of("Enter a superuser token, or a superuser's e-mail address and password."),
			say.Of(howToGetToken))
	case cfg.Email == "":
		return ask(fieldEmail, say.Of("Enter the superuser's e-mail address."),
			say.Of("It is the one you use for PocketBase's dashboard."))
	case !cfg.Password.IsSet():
		return ask(fieldPassword, say.Of("Enter the superuser's password."),
			say.Of("It is the one you use for PocketBase's dashboard."))
	}
	return nil
}
