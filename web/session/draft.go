package session

import (
	"net/url"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Draft is a form that was refused: what was typed, without secrets, and what
// is wrong with it. Its page shows it until an answer is accepted.
type Draft struct {
	Values   url.Values
	Problems report.Problems
	// InTheWay is what exists already, empty for nothing.
	InTheWay say.Text
}

// Refuse keeps the draft of a page. There is one at a time.
func (s *Session) Refuse(page string, d Draft) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draftOf, s.draft = page, &d
	s.dropRecent()
}

// Draft returns what was refused of a page, nil for nothing.
func (s *Session) Draft(page string) *Draft {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draftOf != page {
		return nil
	}
	return s.draft
}

// DropDraft forgets what was refused.
func (s *Session) DropDraft() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropDraft()
}

// dropDraft is DropDraft for a caller that holds mu.
func (s *Session) dropDraft() {
	s.draftOf, s.draft = "", nil
	s.dropRecent()
}

// Hold keeps a secret that was typed into a field of a form that was refused
// for something else, so that it need not be typed again. It is sent nowhere.
func (s *Session) Hold(field string, text secret.Text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before := s.typed[field]; before != text {
		before.Wipe()
	}
	if s.typed == nil {
		s.typed = map[string]secret.Text{}
	}
	s.typed[field] = text
}

// Held returns the secret that was typed into a field, not set for none.
func (s *Session) Held(field string) secret.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.typed[field]
}

// Release forgets the secret of a field. Unless it is used from now on, it is
// to be wiped.
func (s *Session) Release(field string) secret.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.typed[field]
	delete(s.typed, field)
	return text
}
