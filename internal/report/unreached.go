package report

import (
	"errors"
	"slices"

	"authpocket/internal/say"
)

// SkipsFor makes the check one that an error kept from being measured, and returns it.
func (c *Check) SkipsFor(err error) *Check { return c.SkipsSaying(MessageOf(err).What(), err) }

// SkipsSaying is SkipsFor with the reason in words of its own.
func (c *Check) SkipsSaying(why say.Text, err error) *Check {
	if fault, ok := errors.AsType[*Fault](err); ok && fault.Kind == FaultUnreachable {
		c.Unreached = fault.System
	}
	return c.Skips(why)
}

// Unreached returns the fault of a system that gave no answer to a check, so that nobody knows whether people can sign
// in. It is nil if every check had its answer, or if a sign-in worked after them.
func (c Checks) Unreached() *Fault {
	at := slices.IndexFunc(c, func(one Check) bool { return one.Unreached != "" })
	if at < 0 || c.signedIn() {
		return nil
	}
	system := c[at].Unreached
	what := notChecked(system)
	if slices.ContainsFunc(c, func(one Check) bool { return one.ID.Of(system) && one.Status != Skipped }) {
		what = say.Of("%s did not answer all checks, so it is not known whether people can sign in.", system.Label())
	}
	return &Fault{System: system, Kind: FaultUnreachable, Summary: what,
		Todo: say.Of("Check that %s is running and can be reached from here, then check again.", system.Label())}
}

func notChecked(system System) say.Text {
	return say.Of("%s could not be checked, so it is not known whether people can sign in.", system.Label())
}

// signedIn reports whether a test sign-in is among the checks, and worked.
func (c Checks) signedIn() bool {
	return slices.ContainsFunc(c, func(one Check) bool { return one.ID.Is(CheckSignIn) && one.Status == Pass })
}
