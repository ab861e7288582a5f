package plans_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/link"
)

// remove carries out a change that deletes an object of authentik.
func (w *world) remove(c link.Change) error {
	switch was := c.Before.(type) {
	case *link.Mapping:
		if was.Managed != "" || w.mappingInUse(was.ID) {
			return fmt.Errorf("the mapping %s is managed or in use", was.Name)
		}
		w.mappings = slices.DeleteFunc(w.mappings, func(m link.Mapping) bool { return m.ID == was.ID })
	case *link.ApplicationState:
		app := w.app(was.Slug)
		if app == nil {
			return fmt.Errorf("there is no application %s", was.Slug)
		}
		pk := app.PK
		w.bindings = slices.DeleteFunc(w.bindings, func(b link.BindingState) bool { return b.Application.ID == pk })
		w.apps = slices.DeleteFunc(w.apps, func(a link.ApplicationState) bool { return a.PK == pk })
	case *link.ProviderState:
		if w.provider(was.PK) == nil {
			return fmt.Errorf("there is no provider %d", was.PK)
		}
		w.providers = slices.DeleteFunc(w.providers, func(p link.ProviderState) bool { return p.PK == was.PK })
		for i := range w.apps { // authentik clears what refers to it
			if w.apps[i].Provider == was.PK {
				w.apps[i].Provider = 0
			}
		}
	case *link.BindingState:
		w.bindings = slices.DeleteFunc(w.bindings, func(b link.BindingState) bool { return b.PK == was.PK })
	default:
		return fmt.Errorf("a %s cannot be deleted", c.Kind)
	}
	return nil
}

func (w *world) mappingInUse(id string) bool {
	return slices.ContainsFunc(w.providers, func(p link.ProviderState) bool {
		return slices.ContainsFunc(p.Mappings, func(r link.Ref) bool { return r.ID == id })
	})
}

// removeElement takes out the one element that the change names.
func removeElement(target *link.CollectionState, after []link.OAuth2Provider, s setter) error {
	var gone []string
	target.OAuth2.Providers = slices.DeleteFunc(slices.Clone(target.OAuth2.Providers),
		func(p link.OAuth2Provider) bool {
			stays := slices.ContainsFunc(after, func(q link.OAuth2Provider) bool { return q.Slot == p.Slot })
			if !stays {
				gone = append(gone, p.Slot)
			}
			return !stays
		})
	if len(gone) != 1 || len(after) != len(target.OAuth2.Providers) {
		return errors.New("not just one element is taken out")
	}
	for _, f := range s.c.Fields {
		if strings.HasPrefix(f.Name, gone[0]+".") {
			s.done[f.Name] = true
		}
	}
	return nil
}
