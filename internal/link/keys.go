package link

import (
	"cmp"
	"strconv"
)

// WithKeys returns the change with the primary keys of the objects that it created, by kind.
func (c Change) WithKeys(keys map[Kind]string) Change {
	number := func(kind Kind, now int) int {
		if pk, err := strconv.Atoi(keys[kind]); err == nil {
			return pk
		}
		return now
	}
	switch after := c.After.(type) {
	case *PairState:
		made := *after
		made.Application.PK = cmp.Or(keys[KindApplication], made.Application.PK)
		made.Provider.PK = number(KindProvider, made.Provider.PK)
		c.After = &made
	case *ProviderState:
		made := *after
		made.PK = number(KindProvider, made.PK)
		c.After = &made
	case *ApplicationState:
		made := *after
		made.PK = cmp.Or(keys[KindApplication], made.PK)
		c.After = &made
	case *BindingState:
		made := *after
		made.PK = cmp.Or(keys[KindBinding], made.PK)
		c.After = &made
	case *Mapping:
		made := *after
		made.ID = cmp.Or(keys[KindMapping], made.ID)
		c.After = &made
	}
	return c
}
