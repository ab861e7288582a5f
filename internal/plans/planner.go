package plans

import (
	"authpocket/internal/link"
)

// newCredentials reports whether an existing provider gets another client ID or secret.
func newCredentials(d *link.Desired, a *link.AuthentikSnapshot) bool {
	now := a.ProviderByPK(d.Provider.PK)
	return now != nil && (now.ClientID != d.Provider.ClientID || !now.ClientSecret.Equal(d.Provider.ClientSecret))
}

type planner struct {
	s       link.Spec
	d       link.Desired
	a       link.AuthentikSnapshot
	p       link.PocketBaseSnapshot
	changes []link.Change
}

// add appends the change if it has anything to write.
func (b *planner) add(c link.Change, before, after []link.FieldValue) {
	c.Fields = link.Diff(before, after)
	b.s.Chosen(c.Fields)
	if len(c.Fields) == 0 {
		return
	}
	switch {
	case before == nil:
		c.Action = link.Create
	case after == nil:
		c.Action = link.Delete
	default:
		c.Action = link.Update
	}
	b.changes = append(b.changes, c)
}
