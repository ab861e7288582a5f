package rest

import (
	"context"
	"errors"
	"time"

	"authpocket/internal/link"
)

// connectTime bounds all of Connect, because a person waits for it.
const connectTime = 9500 * time.Millisecond

// Connect returns a client after checking that cfg leads to a PocketBase of a supported version and to one of its
// superusers. The first request carries no credentials. Any error is a *link.Fault that names the field to blame. One
// of kind link.FaultMFA wraps an *MFARequired: the caller continues with RequestOTP and Config.OTP.
func Connect(ctx context.Context, cfg Config) (*Client, error) {
	if f := cfg.missing(); f != nil {
		return nil, f
	}
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	w := newTransport(cfg)
	steady := w.Reads
	w.Reads = steady.Hasty()
	coop, f := w.reach(ctx)
	if f != nil {
		return nil, f
	}
	version := w.dashboardVersion(ctx)
	if f := w.checkAge(ctx, version); f != nil {
		return nil, f
	}
	in, f := w.signIn(ctx, cfg)
	if f != nil {
		return nil, f
	}
	c := NewClient(cfg, in.Identity)
	c.Wire, c.token = w, in.token
	c.identity.Version = version
	if version == "" {
		c.identity.Version = c.featureVersion(ctx, coop)
	}
	c.identity.RealIP = c.realIP(ctx)
	c.Wire.Reads = steady
	return c, nil
}

// missing returns the fault for a missing address or credential, or nil.
func (cfg Config) missing() *link.Fault {
	ask := func(field, summary, todo string) *link.Fault {
		return NewFault(link.FaultToken, field, summary, todo, errors.New("no credentials given"))
	}
	switch {
	case cfg.URL == "":
		return NewFault(link.FaultUnreachable, fieldURL, "Enter the PocketBase address.",
			"Enter it like https://pocketbase.company.", errors.New("no address given"))
	case cfg.Token.IsSet(), cfg.OTP != nil && cfg.OTP.Code.IsSet():
		return nil
	case cfg.OTP != nil:
		return ask(fieldOTP, "Enter the one-time password.", "PocketBase sent it to the superuser by e-mail.")
	case cfg.Email == "" && !cfg.Password.IsSet():
		return ask(fieldToken, "Enter a superuser token, or a superuser's e-mail address and password.", howToGetToken)
	case cfg.Email == "":
		return ask(fieldEmail, "Enter the superuser's e-mail address.",
			"It is the one you use for PocketBase's dashboard.")
	case !cfg.Password.IsSet():
		return ask(fieldPassword, "Enter the superuser's password.",
			"It is the one you use for PocketBase's dashboard.")
	}
	return nil
}

// realIP returns this machine's address as PocketBase sees it. It is informational, so a refusal is no error.
func (c *Client) realIP(ctx context.Context) string {
	a := c.Wire.Read(ctx, Call{Path: "/api/health", token: c.token})
	var health struct {
		Data struct {
			RealIP string `json:"realIP"`
		} `json:"data"`
	}
	if a.Err != nil || a.Decode(&health) != nil {
		return ""
	}
	return health.Data.RealIP
}
