package rest

import (
	"context"
	"net/http"
	"strings"

	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// RequestOTP asks PocketBase to e-mail a one-time password to the superuser cfg.Email and returns its id, for
// Config.OTP. PocketBase returns an id for unknown addresses too. The error is a *report.Fault.
func RequestOTP(ctx context.Context, cfg Config) (otpID string, err error) {
	ctx, cancel := outbound.WithTimeout(ctx, connectTime)
	defer cancel()
	w := newTransport(cfg)
	body := map[string]string{"email": strings.TrimSpace(cfg.Email)}
	a := w.Send(ctx, Call{Method: http.MethodPost, Path: superusers + "/request-otp", Body: body})
	if !a.OK() {
		return "", requestFault(w.base, a)
	}
	var res struct {
		OTPID string `json:"otpId"`
	}
	if err := a.Decode(&res); err != nil || res.OTPID == "" {
		return "", NotPocketBase(a, err)
	}
	return res.OTPID, nil
}

func requestFault(base string, a Answer) *report.Fault {
	if a.Status == http.StatusBadRequest {
		if _, list := ReadError(a.Body); len(list) > 0 {
			return NewFault(report.FaultToken, fieldEmail,
				say.Of("PocketBase does not accept this e-mail address: %s", Sentence(list[0].Message)),
				say.Of("Check the address."), a.Outcome())
		}
	}
	return signInFault(base, fieldEmail, a)
}

// withOTP completes a sign-in whose first step was the password.
func (w transport) withOTP(ctx context.Context, cfg Config) (account, *report.Fault) {
	body := map[string]string{
		"otpId":    cfg.OTP.ID,
		"password": strings.TrimSpace(cfg.OTP.Code.Reveal()),
		"mfaId":    cfg.OTP.MFAID,
	}
	a := w.Send(ctx, Call{Method: http.MethodPost, Path: superusers + "/auth-with-otp", Body: body})
	switch {
	case a.OK():
		return signedIn(a)
	case MFAID(a) != "", a.Status == http.StatusUnauthorized:
		return account{}, NewFault(report.FaultToken, fieldPassword,
			say.Of("The sign-in for this one-time password has expired."),
			say.Of("Sign in with e-mail address and password again."), a.Outcome())
	case a.Status == http.StatusBadRequest:
		return account{}, NewFault(report.FaultToken, fieldOTP,
			say.Of("PocketBase does not accept this one-time password: it is wrong, already used or expired."),
			say.Of("Enter the newest one from your e-mail, or request another. If PocketBase cannot send e-mail, "+
				"use a superuser token."), a.Outcome())
	case a.Status == http.StatusTooManyRequests:
		return account{}, NewFault(report.FaultToken, fieldOTP, say.Of("Too many wrong one-time passwords."),
			say.Of("Wait three minutes, then request a new one."), a.Outcome())
	}
	return account{}, signInFault(w.base, fieldOTP, a)
}
