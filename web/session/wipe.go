package session

import (
	"net/http"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// forgetter is a connection that can overwrite the token it works with.
type forgetter interface{ Forget() }

func (a *Authentik) wipe() { wipe(a.Login, a.HTTP, a.System) }

func (p *PocketBase) wipe() { wipe(p.Login, p.HTTP, p.System) }

// wipe overwrites token and password, and closes the connections.
func wipe(l Login, client *http.Client, system any) {
	l.Token.Wipe()
	client.CloseIdleConnections()
	l.Password.Wipe()
	if f, ok := system.(forgetter); ok {
		f.Forget()
	}
}

// replace lets go of a connection that another one follows. Its token is to be wiped, except one that goes on.
// Another system has other objects, so the settings are asked again.
func (s *Session) replace(was, next Login, client *http.Client, wipe func()) {
	client.CloseIdleConnections()
	if was.URL != next.URL {
		s.forgetSettings()
	}
	if was.With == WithPassword || !was.Token.Equal(next.Token) {
		s.replaced = append(s.replaced, wipe)
	}
}

// wipe overwrites every secret. The caller holds mu.
func (s *Session) wipe() {
	if s.authentik != nil {
		s.authentik.wipe()
	}
	if s.pocketbase != nil {
		s.pocketbase.wipe()
	}
	if s.second != nil {
		s.second.Login.Password.Wipe()
	}
	for text := range s.known {
		text.Wipe()
	}
	for _, text := range s.typed {
		text.Wipe()
	}
	s.dropInvitation()
	if s.tests != nil {
		s.tests.wipe(s)
	}
	s.authentik, s.pocketbase, s.second, s.plans, s.fresh, s.known = nil, nil, nil, nil, nil, nil
	s.spec, s.answered, s.typed = link.Spec{}, false, nil
	s.dropDraft()
	s.over = false // new answers start a new session
	s.tidy()
}

// note takes down client secrets that came into the session. The caller holds
// mu.
func (s *Session) note(texts []secret.Text) {
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
func (s *Session) tidy() {
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
func (s *Session) held() map[secret.Text]bool {
	texts := specSecrets(&s.spec)
	for _, p := range s.plans {
		texts = append(texts, planSecrets(&p.Plan)...)
	}
	for _, job := range s.applies {
		texts = append(texts, planSecrets(&job.Plan)...)
	}
	if s.settled != nil {
		texts = append(texts, desiredSecrets(&s.settled.Desired)...)
	}
	held := map[secret.Text]bool{}
	for _, text := range texts {
		held[text] = true
	}
	return held
}

func specSecrets(spec *link.Spec) []secret.Text {
	if spec.Provider.ClientSecret == nil {
		return nil
	}
	return []secret.Text{*spec.Provider.ClientSecret}
}

func desiredSecrets(d *link.Desired) []secret.Text {
	return []secret.Text{d.Provider.ClientSecret, d.Slot.ClientSecret}
}

// planSecrets are the client secrets that a plan was made from.
func planSecrets(p *link.Plan) []secret.Text {
	texts := append(specSecrets(&p.Spec), p.Generated.ClientSecret)
	texts = append(texts, desiredSecrets(&p.Desired)...)
	for _, c := range slices.Concat(p.Changes, p.Undoes) {
		texts = append(texts, c.Secrets()...)
	}
	return texts
}
