package report

import (
	"errors"

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

// Unreached returns the fault of a system that gave no answer to a check, so that nobody knows whether sign-in works.
// It is nil if every check had its answer, or if a sign-in worked after them.
func (c Checks) Unreached() *Fault {
	var system System
	for _, one := range c {
		if one.ID.Is(CheckSignIn) && one.Status == Pass {
			return nil
		}
		if system == "" && one.Status == Skipped {
			system = one.Unreached
		}
	}
	if system == "" {
		return nil
	}
	return &Fault{System: system, Kind: FaultUnreachable, Summary: say.Of("%s.", c.unknown(system)),
		Todo: say.Of("Check that %s is running and can be reached from here, then check again.", system.Label())}
}

// unknown says what a system that gave no answer leaves open, without a full stop.
func (c Checks) unknown(system System) say.Text {
	for _, one := range c {
		if one.ID.Of(system) && one.Status != Skipped {
			return say.Of("%s did not answer all checks, so whether people can sign in is unknown", system.Label())
		}
	}
	return say.Of("%s could not be reached, so whether people can sign in is unknown", system.Label())
}

// Unknown returns the summary of the fault that Unreached returns as a heading, without a full stop.
func (c Checks) Unknown() say.Text { return c.unknown(c.Unreached().System) }
