package changes

import (
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// TestTheReviewSaysWhoGetsIn: the row says what the warnings of the same page
// say, in one case each.
func TestTheReviewSaysWhoGetsIn(t *testing.T) {
	staff := []link.BindingState{{Kind: "group", Target: link.Ref{Name: "staff"}, Enabled: true}}
	for name, one := range map[string]struct {
		bindings []link.BindingState
		warnings []report.WarningID
		want     string
	}{
		"everyone": {nil, []report.WarningID{"open-to-everyone"}, "everyone with an authentik account"},
		"nobody":   {nil, []report.WarningID{"open-to-nobody"}, "nobody yet"},
		"the token may not see": {nil, []report.WarningID{"access-unseen"},
			"unknown: the token cannot see the bindings"},
		"the default is not known": {nil, []report.WarningID{"access-unknown"},
			"unknown: the token cannot see whether everyone or nobody has access by default"},
		"bound": {staff, nil, "group staff"},
		"bound, and others": {staff, []report.WarningID{"other-bindings"},
			"group staff, everyone allowed by other bindings"},
		"others alone": {nil, []report.WarningID{"other-bindings"}, "everyone allowed by other bindings"},
	} {
		p := link.Plan{Desired: link.Desired{Bindings: one.bindings}}
		for _, id := range one.warnings {
			p.Warnings = append(p.Warnings, link.Warning{ID: id})
		}
		if got := who(&p); got.String() != one.want {
			t.Errorf("%s: %q, want %q", name, got, one.want)
		}
	}
}

// TestANarrowReviewDoesNotClaimWhoGetsIn: a plan for one cause makes no
// bindings, whatever the answers say.
func TestANarrowReviewDoesNotClaimWhoGetsIn(t *testing.T) {
	wanted := []link.BindingState{{Kind: "group", Target: link.Ref{Name: "staff"}, Enabled: true}}
	p := link.Plan{Only: "oauth2-off", Desired: link.Desired{Bindings: wanted}}
	if got := who(&p); got.String() == "group staff" {
		t.Errorf("it says %q, and nobody is bound", got)
	}
	wanted[0].PK = "b1" // it is there already
	if got := who(&p); got.String() != "group staff" {
		t.Errorf("it says %q", got)
	}
}
