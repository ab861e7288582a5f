package undo

import (
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// What the undo of a removal can't restore.

// nameLosses has the changes of a removal name each setting that its undo can't restore.
func (u *undoer) nameLosses(s link.Spec) {
	before := SpecBefore(s, u.changes)
	before.Access = nil // restored by itself
	before = Restorable(before, &u.a)
	d, problems := resolve.Desired(before, &u.a, &u.p, link.Generated{})
	for i := range u.changes {
		c := &u.changes[i]
		if was := link.As[link.ProviderState](c.Before); was != nil {
			now := was
			if len(problems) == 0 {
				now = &d.Provider
			}
			c.Lost = say.Of(words.LostProvider)
			if lines := lostSettings(was, now); len(lines) > 0 {
				c.Lost = say.Join(c.Lost, say.Of(words.LostRest, say.Series(lines...)))
			}
		}
		if was := link.As[link.ApplicationState](c.Before); was != nil {
			c.Lost = lostOfApplication(c, was, s.Access)
		}
	}
}

// lostSettings returns the settings of a removed provider that have another value once it is restored as now.
func lostSettings(was, now *link.ProviderState) (lines []say.Text) {
	f := link.Features{GrantTypes: len(was.GrantTypes) > 0}
	restored := *now
	restored.ClientID = was.ClientID
	for _, field := range link.Diff(was.Values(f), restored.Values(f)) {
		if !field.Sensitive {
			lines = append(lines, say.Of("%s was %s and becomes %s", field.Name, field.Before.Words(),
				field.After.Words()))
		}
	}
	if was.EncryptionKey.ID != "" {
		lines = append(lines, say.Of("the encryption key is removed"))
	}
	return append(lines, link.Each(was.Other, say.Raw)...)
}

// lostOfApplication says what the restored application lacks, empty for nothing.
func lostOfApplication(deletion *link.Change, was *link.ApplicationState, access *link.Access) say.Text {
	var lost say.Text
	if gone := append(lostBindings(deletion, access), disabledBindings(deletion)...); len(gone) > 0 {
		lost = say.Of("Undo recreates it without these bindings: %s.", strings.Join(gone, ", "))
	}
	if len(was.Other) > 0 {
		lost = say.Join(lost, say.Of(words.LostRest, say.Series(link.Each(was.Other, say.Raw)...)))
	}
	return lost
}

// lostParts warns of what the restored application lacks besides bindings that kept people out.
func lostParts(w *link.Warnings, deletion *link.Change) {
	if off := disabledBindings(deletion); len(off) > 0 {
		w.Add(report.WarnLost, report.Authentik, say.Of("Bindings are not restored: %s.", strings.Join(off, ", ")),
			say.Of("They were turned off, so the same people can use the application."))
	}
	if was := link.As[link.ApplicationState](deletion.Before); len(was.Other) > 0 {
		w.Add(report.WarnLost, report.Authentik, say.Of("The application is not restored completely."),
			say.Of(words.LostRest, say.Series(link.Each(was.Other, say.Raw)...)))
	}
}
