package web

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

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

// replacedBy lets go of a connection that another one follows, and tells
// whether its token is to be wiped: one that goes on is not.
func (a *authentikAnswer) replacedBy(next *authentikAnswer) bool {
	a.http.CloseIdleConnections()
	return !a.login.token.Equal(next.login.token)
}

func (p *pocketbaseAnswer) replacedBy(next *pocketbaseAnswer) bool {
	p.http.CloseIdleConnections()
	return p.login.with == withPassword || !p.login.token.Equal(next.login.token)
}

// wipe overwrites every secret. The caller holds mu.
func (s *session) wipe() {
	if s.authentik != nil {
		s.authentik.wipe()
	}
	if s.pocketbase != nil {
		s.pocketbase.wipe()
	}
	if s.second != nil {
		s.second.login.password.Wipe()
	}
	for text := range s.known {
		text.Wipe()
	}
	if s.tests != nil {
		s.tests.wipe(s)
	}
	s.authentik, s.pocketbase, s.second, s.plans, s.fresh, s.known = nil, nil, nil, nil, nil, nil
	s.spec, s.answered = link.Spec{}, false
	s.over = false // new answers may begin anew
	s.tidy()
}

// note takes down client secrets that came into the session. The caller holds
// mu.
func (s *session) note(texts []secret.Text) {
	if s.known == nil {
		s.known = map[secret.Text]bool{}
	}
	for _, text := range texts {
		if text.IsSet() {
			s.known[text] = true
		}
	}
}

// tidy overwrites what the session has let go of: client secrets that no
// answer and no plan holds any more, and tokens of connections that others
// followed. A job may still use them, so it waits for the last one to end. The
// caller holds mu.
func (s *session) tidy() {
	if s.working > 0 {
		return
	}
	for _, wipe := range s.replaced {
		wipe()
	}
	s.replaced = nil
	held := s.held()
	for text := range s.known {
		if !held[text] {
			text.Wipe()
			delete(s.known, text)
		}
	}
}

// held are the client secrets that something may still need. The caller holds
// mu.
func (s *session) held() map[secret.Text]bool {
	texts := specSecrets(s.spec)
	for _, p := range s.plans {
		texts = append(texts, planSecrets(p.plan)...)
	}
	for _, job := range s.applies {
		texts = append(texts, planSecrets(job.plan)...)
	}
	if s.settled != nil {
		texts = append(texts, desiredSecrets(s.settled.desired)...)
	}
	held := map[secret.Text]bool{}
	for _, text := range texts {
		held[text] = true
	}
	return held
}

func specSecrets(spec link.Spec) []secret.Text {
	if spec.Provider.ClientSecret == nil {
		return nil
	}
	return []secret.Text{*spec.Provider.ClientSecret}
}

func desiredSecrets(d link.Desired) []secret.Text {
	return []secret.Text{d.Provider.ClientSecret, d.Slot.ClientSecret}
}

// planSecrets are the client secrets that a plan was made from.
func planSecrets(p link.Plan) []secret.Text {
	texts := append(specSecrets(p.Spec), p.Generated.ClientSecret)
	texts = append(texts, desiredSecrets(p.Desired)...)
	for _, c := range slices.Concat(p.Changes, p.Undoes) {
		texts = append(texts, c.Secrets()...)
	}
	return texts
}
