package web

import "authpocket/internal/link"

// forgetter is a connection that can overwrite the token it works with.
type forgetter interface{ Forget() }

// wipe overwrites the token and closes the connections.
func (a *authentikAnswer) wipe() {
	a.login.token.Wipe()
	a.http.CloseIdleConnections()
	if f, ok := a.system.(forgetter); ok {
		f.Forget()
	}
}

func (p *pocketbaseAnswer) wipe() {
	p.login.token.Wipe()
	p.http.CloseIdleConnections()
	p.login.password.Wipe()
	if f, ok := p.system.(forgetter); ok {
		f.Forget()
	}
}

// replacedBy lets go of a connection that another one follows. A token that
// goes on, or that a job still needs, is not wiped.
func (a *authentikAnswer) replacedBy(next *authentikAnswer, idle bool) {
	if a.http.CloseIdleConnections(); idle && !a.login.token.Equal(next.login.token) {
		a.wipe()
	}
}

func (p *pocketbaseAnswer) replacedBy(next *pocketbaseAnswer, idle bool) {
	if p.http.CloseIdleConnections(); idle && (p.login.with == withPassword || !p.login.token.Equal(next.login.token)) {
		p.wipe()
	}
}

// wipePlan overwrites the client secrets that a plan was made from.
func wipePlan(p link.Plan) {
	p.Generated.ClientSecret.Wipe()
	p.Desired.Provider.ClientSecret.Wipe()
	p.Desired.Slot.ClientSecret.Wipe()
	for _, c := range p.Changes {
		wipeState(c.Before)
		wipeState(c.After)
	}
}

func wipeState(state any) {
	switch state := state.(type) {
	case *link.ProviderState:
		if state != nil {
			state.ClientSecret.Wipe()
		}
	case *link.PairState:
		if state != nil {
			state.Provider.ClientSecret.Wipe()
		}
	case *link.CollectionState:
		if state != nil {
			for _, p := range state.OAuth2.Providers {
				p.ClientSecret.Wipe()
			}
		}
	}
}
