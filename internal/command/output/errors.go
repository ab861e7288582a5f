package output

import (
	"context"
	"errors"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Interrupted returns err, which came before anything was written, or says that a signal caused it.
func Interrupted(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return &report.Fault{Summary: say.Of("Interrupted, so nothing was changed.")}
	}
	return err
}

// Declined is the error for an apply that nobody agreed to.
func Declined() error {
	return &report.Fault{Summary: say.Of("Nothing was changed.")}
}

// Refused returns an error that has no technical cause.
func Refused(summary, todo say.Text) error { return &report.Fault{Summary: summary, Todo: todo} }

// Failing returns an error for what was being done and its cause, which the operating system or a library words.
func Failing(doing say.Text, err error) error {
	return &report.Fault{Summary: say.Of("%s: %s", doing, err.Error()), Err: err}
}
