package store

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"
)

// session is what the server remembers about one browser.
type Session struct {
	ID   string
	CSRF string
	User int // 0 until somebody has signed in
	// authTime is when that was, and login an id of that one sign-in.
	AuthTime time.Time
	Login    string
	// relogin is the sign-in that prompt=login found, and wants another after.
	Relogin string
	// pre is the application people were on their way to when they were sent to the login.
	TargetApp string
	Plan      *FlowPlan
}

// sid is the session as tokens name it.
func (s *Session) SID() string {
	sum := sha256.Sum256([]byte(s.ID))
	return hex.EncodeToString(sum[:])
}

// flowPlan is a flow under way in a session: a login, or the consent of an
// authorization.
type FlowPlan struct {
	Slug    string
	Stage   stage
	Pending int // who has named themselves; 0 before that

	Authorization *Authorization // of a consent
	App           string
	Consent       string // what the consent must answer with
}

// stage is where somebody is in the login flow.
type stage int

const (
	StageIdentification stage = iota
	StagePassword
	StageDevices // nobody here has a second factor: passed at once
	StageLogin
)

// authorization is a request of the authorize endpoint after its checks.
type Authorization struct {
	Provider        *Provider
	Grant           string
	RedirectURI     string
	ResponseType    string
	ResponseMode    string
	Scopes          []string
	State           string
	Nonce           string
	Prompt          []string
	MaxAge          int // seconds; 0 means none
	Challenge       string
	ChallengeMethod string
}

// authorizationCode is a code on its way from the browser to the token endpoint.
type AuthorizationCode struct {
	Provider, User  int
	Scopes          []string
	Nonce           string
	Challenge       string // empty without PKCE
	ChallengeMethod string
	Expires         time.Time
	AuthTime        time.Time
	SID             string
}

// proven checks the PKCE verifier. One without a challenge is wrong as well.
func (code *AuthorizationCode) Proven(verifier string) bool {
	if code.Challenge == "" || verifier == "" {
		return code.Challenge == verifier
	}
	if code.ChallengeMethod == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return SameSecret(code.Challenge, verifier)
}

// grantedToken is an access or refresh token the server has given out.
type GrantedToken struct {
	Provider, User int
	Scopes         []string
	Nonce          string
	Expires        time.Time
	AuthTime       time.Time
	SID            string // empty for a token no browser was part of
	Revoked        bool
}

func (g *GrantedToken) Holds(scope string) bool { return slices.Contains(g.Scopes, scope) }

// consentKey names what somebody consented to.
type ConsentKey struct {
	User   int
	App    string
	Scopes string
}

// cachedApp is an application as it was when the list was cached.
type CachedApp = Application

// appListKey names a cached page of applications: they are kept by user and
// page number, and by nothing else of the request.
type AppListKey struct{ User, Page int }

func SameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
