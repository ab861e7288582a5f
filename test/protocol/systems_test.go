package protocol

import (
	"errors"
	"fmt"
	"slices"
)

// The definite errors of both systems.
var (
	errRefused = errors.New("refused")       // some other 4xx
	errExists  = errors.New("exists by now") // slug, name or client id is taken
)

// provider and application are objects of authentik.
type provider struct {
	pk                               int
	name, clientID, secret, redirect string
}

type application struct {
	slug     string
	provider int
}

type authentik struct {
	providers    []provider
	applications []application
	lastPK       int
}

func (a authentik) clone() authentik {
	a.providers, a.applications = slices.Clone(a.providers), slices.Clone(a.applications)
	return a
}

func (a *authentik) application(slug string) *application {
	if i := slices.IndexFunc(a.applications, func(x application) bool { return x.slug == slug }); i >= 0 {
		return &a.applications[i]
	}
	return nil
}

func (a *authentik) find(match func(provider) bool) *provider {
	if i := slices.IndexFunc(a.providers, match); i >= 0 {
		return &a.providers[i]
	}
	return nil
}

func (a *authentik) byClient(id string) *provider {
	return a.find(func(p provider) bool { return p.clientID == id })
}

// of returns the provider of the application with that slug.
func (a *authentik) of(slug string) *provider {
	app := a.application(slug)
	if app == nil {
		return nil
	}
	return a.find(func(p provider) bool { return p.pk == app.provider })
}

// createPair is one transaction. Slugs, names and client IDs are unique.
func (a *authentik) createPair(slug string, p provider) error {
	taken := func(x provider) bool { return x.name == p.name || x.clientID == p.clientID }
	if a.application(slug) != nil || a.find(taken) != nil {
		return errExists
	}
	a.lastPK++
	p.pk = a.lastPK
	a.providers = append(a.providers, p)
	a.applications = append(a.applications, application{slug: slug, provider: p.pk})
	return nil
}

func (a *authentik) update(pk int, change func(*provider)) error {
	p := a.find(func(p provider) bool { return p.pk == pk })
	if p == nil {
		return errRefused
	}
	change(p)
	return nil
}

// The deletes are two calls. A 404 counts as success.
func (a *authentik) deleteApplication(slug string) error {
	a.applications = slices.DeleteFunc(a.applications, func(x application) bool { return x.slug == slug })
	return nil
}

func (a *authentik) deleteProvider(pk int) error {
	a.providers = slices.DeleteFunc(a.providers, func(p provider) bool { return p.pk == pk })
	return nil
}

// element is one of a collection's OAuth2 providers. The secret is empty if the
// element was read, or if a write omits it.
type element struct{ slot, clientID, secret, label, authURL string }

type pocketbase struct {
	elements []element
	byName   bool // merges by name, like 0.40.1 and later, instead of by index
}

func (p pocketbase) clone() pocketbase {
	p.elements = slices.Clone(p.elements)
	return p
}

// read returns the elements without secrets.
func (p pocketbase) read() pocketbase {
	p = p.clone()
	for i := range p.elements {
		p.elements[i].secret = ""
	}
	return p
}

func (p *pocketbase) slot(name string) int {
	return slices.IndexFunc(p.elements, func(e element) bool { return e.slot == name })
}

// patch replaces the whole list in one transaction. An element without a secret
// keeps the one of its index or name.
func (p *pocketbase) patch(sent []element) error {
	merged := slices.Clone(sent)
	for i := range merged {
		if merged[i].secret != "" {
			continue
		}
		from := i
		if p.byName {
			from = p.slot(merged[i].slot)
		}
		if from < 0 || from >= len(p.elements) {
			return errRefused // a client secret is required
		}
		merged[i].secret = p.elements[from].secret
	}
	p.elements = merged
	return nil
}

// The one link of the model.
const (
	slug     = "pocketbase"
	slot     = "oidc"
	label    = "authentik"
	authURL  = "https://authentik/authorize"
	redirect = "https://pocketbase/redirect"
	name     = "Provider for PocketBase"
)

// world holds both systems.
type world struct {
	a authentik
	p pocketbase
}

func (w world) clone() world { return world{w.a.clone(), w.p.clone()} }

// button returns the link's element in PocketBase, or nil.
func (w *world) button() *element {
	if i := w.p.slot(slot); i >= 0 {
		return &w.p.elements[i]
	}
	return nil
}

// dangling reports whether there is a button that leads to no application.
func (w *world) dangling() bool {
	b, p := w.button(), w.a.of(slug)
	return b != nil && (p == nil || p.clientID != b.clientID)
}

// works reports whether people can sign in.
func (w *world) works() bool {
	b, p := w.button(), w.a.of(slug)
	return b != nil && p != nil && b.clientID == p.clientID && b.secret == p.secret
}

// duplicates returns the number of surplus objects of this link.
func (w *world) duplicates() int {
	n := 0
	for _, p := range w.a.providers {
		if p.redirect == redirect || p.name == name {
			n++
		}
	}
	buttons := 0
	for _, e := range w.p.elements {
		if e.authURL == authURL {
			buttons++
		}
	}
	return max(0, n-1) + max(0, buttons-1)
}

// sameForeign reports whether everything that does not belong to this link is
// unchanged, including the positions of other elements.
func (w *world) sameForeign(before *world) bool {
	for i, e := range w.p.elements {
		if e.slot != slot && (i >= len(before.p.elements) || before.p.elements[i] != e) {
			return false
		}
	}
	isOurs := func(e element) bool { return e.slot == slot }
	others := func(list []element) int { return len(list) - min(1, count(list, isOurs)) }
	return others(w.p.elements) == others(before.p.elements) &&
		slices.Contains(w.a.providers, before.a.providers[0]) &&
		slices.Contains(w.a.applications, before.a.applications[0])
}

func count[T any](list []T, match func(T) bool) (n int) {
	for _, one := range list {
		if match(one) {
			n++
		}
	}
	return n
}

// own returns this link without its secrets and keys, to compare ends.
func (w *world) own(withClientID bool) string {
	id := func(s string) string {
		if withClientID || s == "" {
			return s
		}
		return "some client"
	}
	s := ""
	if p := w.a.of(slug); p != nil {
		s += fmt.Sprintf("application→%s %s %s; ", p.name, id(p.clientID), p.redirect)
	}
	for _, p := range w.a.providers {
		if owner := w.a.application(slug); p.name == name && (owner == nil || owner.provider != p.pk) {
			s += "orphan provider; "
		}
	}
	if b := w.button(); b != nil {
		s += fmt.Sprintf("button %d %s %s %s", w.p.slot(slot), id(b.clientID), b.label, b.authURL)
	}
	return s
}
