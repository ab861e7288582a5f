package session

import (
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// invite is a link for another user's test. Only its hash is kept here.
type invite struct {
	hash    [sha256.Size]byte
	expires time.Time
	key     string // of the browser that began it, empty until one has
}

// Invite creates the link for another user. The session shows its token until the invitation is left.
func (run *SignIn) Invite(expires time.Time) {
	token := NewID()
	run.mu.Lock()
	run.invite = &invite{hash: sha256.Sum256([]byte(token)), expires: expires}
	run.mu.Unlock()
	run.Session.mu.Lock()
	defer run.Session.mu.Unlock()
	run.Session.dropInvitation()
	run.Session.invited, run.Session.link = run, secret.New(token)
}

// Invitation returns the token of the link that the page of a test's invitation shows, not set for none.
func (s *Session) Invitation(run *SignIn) secret.Text {
	open := run.OpenInvitation()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.invited != run {
		return secret.Text{}
	}
	if !open {
		s.dropInvitation()
	}
	return s.link
}

// LeaveInvitation forgets the link of an invitation, unless its page is at that path.
func (s *Session) LeaveInvitation(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.invited != nil && path != s.invited.InvitationPath() {
		s.dropInvitation()
	}
}

// InvitationPath returns where the page of a test's invitation is.
func (run *SignIn) InvitationPath() string { return "/signin/" + run.ID + "/invite" }

// dropInvitation overwrites the link that is shown. The caller holds mu.
func (s *Session) dropInvitation() {
	s.link.Wipe()
	s.invited, s.link = nil, secret.Text{}
}

// Holds reports whether the link was not used yet, or by the browser with that
// key.
func (run *SignIn) Holds(key string) bool {
	run.mu.Lock()
	defer run.mu.Unlock()
	return run.invite.key == "" || subtle.ConstantTimeCompare([]byte(key), []byte(run.invite.key)) == 1
}

// Claim uses the link up for one browser. It takes the key that the browser
// was given with the page, so that it holds the link even if the answer to
// this is lost; one without a key is given one.
func (run *SignIn) Claim(key string, give func() string) bool {
	if !run.Holds(key) {
		return false
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.invite.key != "" { // pressed twice, or the first answer was lost
		_, over, _ := run.Happened.Look()
		return run.test != nil || !over
	}
	if run.invite.key = key; key == "" {
		run.invite.key = give()
	}
	run.Streams.End() // of others who looked at the link
	return true
}

// Until returns when a stream of the link ends at the latest: with the link
// where the test has not started, else with the session that sent it.
func (run *SignIn) Until() time.Time {
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.invite.key == "" {
		return run.invite.expires
	}
	return run.Made.Add(sessionLife)
}

// OpenInvitation reports whether the link waits to be used.
func (run *SignIn) OpenInvitation() bool {
	run.mu.Lock()
	defer run.mu.Unlock()
	return run.invite != nil && run.invite.key == "" && !run.gone && time.Now().Before(run.invite.expires)
}

// Withdraw ends the link, unless a browser has used it.
func (run *SignIn) Withdraw() {
	if !run.OpenInvitation() {
		return
	}
	run.mu.Lock()
	run.invite.expires = time.Time{}
	run.mu.Unlock()
	run.letGo(say.Of("The invitation was withdrawn."))
	run.Streams.End()
}
