package checks

import (
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// judgeValidity checks that codes and tokens live long enough for PocketBase to use them.
func (m *measured) judgeValidity() link.Check {
	check := newCheck(link.CheckAuthentikValidity, "Codes and tokens are valid long enough")
	if m.live.provider == nil {
		return check.Skips(m.live.missing)
	}
	var known, zero, short, unread, remedies []string
	for _, one := range m.live.state.Lifetimes(!m.d.Slot.IDTokenMode()) {
		if !m.live.provider.Has(one.Key) {
			continue
		}
		lasts, readable := link.ParseDuration(one.Text)
		words := one.Label + " “" + rest.Plain(one.Text) + "”"
		switch {
		case !readable:
			unread = append(unread, words)
			continue
		case lasts <= one.Useless && one.Needed:
			zero = append(zero, words)
		case lasts < one.Enough:
			short = append(short, words)
		default:
			known = append(known, words)
			continue
		}
		remedies = append(remedies, one.Label+": enter in authentik "+one.Longer())
	}
	remedy := strings.Join(remedies, " ")
	switch {
	case len(zero) > 0:
		return check.Fails(link.CauseValidity, strings.Join(zero, ", ")+": it expires before PocketBase can use it, "+
			"so every sign-in fails.", remedy)
	case len(unread) > 0:
		return check.Skips("These durations could not be read: " + strings.Join(unread, ", ") + ".")
	case len(short) > 0:
		return check.Warns(link.CauseValidity, strings.Join(short, ", ")+
			": it may expire before it is used.", remedy)
	case len(known) == 0:
		return check.Skips("authentik's answer has no durations.")
	}
	return check.Passes(strings.Join(known, ", ") + ".")
}
