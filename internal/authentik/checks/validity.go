package checks

import (
	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// judgeValidity checks that codes and tokens live long enough for PocketBase to use them.
func (m *measured) judgeValidity() *report.Check {
	check := newCheck(report.CheckAuthentikValidity, say.Of("Codes and tokens are valid long enough"))
	if m.live.provider == nil {
		return check.SkipsSaying(m.live.missing, m.live.err)
	}
	var known, zero, short, unread, remedies []say.Text
	for _, one := range m.live.state.Lifetimes(!m.d.Slot.IDTokenMode()) {
		if !m.live.provider.Has(one.Key) {
			continue
		}
		lasts, readable := link.ParseDuration(one.Text)
		words := say.Of("%s “%s”", one.Label.Text(), rest.Plain(one.Text))
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
		remedies = append(remedies, say.Of("%s: %s", one.Label.Text(), one.Longer()))
	}
	remedy := say.Join(remedies...)
	switch {
	case len(zero) > 0:
		return check.Fails(report.CauseValidity, say.Of("%s: it expires before PocketBase can use it, so every "+
			"sign-in fails.", say.List(zero...)), remedy)
	case len(unread) > 0:
		return check.Skips(say.Of("These durations could not be read: %s.", say.List(unread...)))
	case len(short) > 0:
		return check.Warns(report.CauseValidity, say.Of("%s: it may expire before it is used.", say.List(short...)),
			remedy)
	case len(known) == 0:
		return check.Skips(say.Of("authentik's answer has no durations."))
	}
	return check.Passes(say.Of("%s.", say.List(known...)))
}
