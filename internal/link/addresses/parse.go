// Package addresses says what is wrong with the addresses that people enter: those of the two systems, those that one
// calls the other at, and redirect URIs.
package addresses

import (
	"strings"

	"authpocket/internal/address"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Parse parses an address like address.Parse. If it is invalid, it returns a problem; label begins its
// sentence, of is the expected system.
func Parse(of report.System, label say.Text, field, raw string) (string, *report.Problem) {
	base, err := address.Parse(raw)
	if err == nil {
		return base, nil
	}
	todo := say.Of("Enter it like %s.", "https://"+strings.ToLower(of.Label())+".company")
	summary, todo := wordsFor(label, todo, err)
	return "", &report.Problem{Field: field, Summary: summary, Todo: todo}
}

// Exposes reports whether what is sent to base crosses a public network over plain http. Addresses in an inner network,
// such as a container's name, only get a warning in the plan.
func Exposes(base string) bool { return address.PlainHTTP(base) && !address.Inner(base) }

// Unencrypted returns a problem if base exposes the system's token or password, nil otherwise.
func Unencrypted(of report.System, base string, todo say.Text) *report.Problem {
	if !Exposes(base) {
		return nil
	}
	summary := say.Of("The address is plain http: anyone on the network can read the token. Nothing was sent.")
	if of == report.PB {
		summary = say.Of("The address is plain http: anyone on the network can read the token or password. " +
			"Nothing was sent.")
	}
	return &report.Problem{Field: string(of) + ".url", Summary: summary, Todo: todo}
}
