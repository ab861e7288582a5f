package store

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"
)

// Session is the server's memory of one browser.
type Session struct {
	ID        string
	CSRF      string
	User      int // 0 before the sign-in
	AuthTime  time.Time
	Login     string // ID of the latest sign-in
	Relogin   string // the sign-in that prompt=login asks to repeat
	TargetApp string // the application that sent the browser to the login
	Plan      *FlowPlan
}

// SID returns the ID of the session in tokens.
func (s *Session) SID() string {
	sum := sha256.Sum256([]byte(s.ID))
	return hex.EncodeToString(sum[:])
}

// FlowPlan is a running flow of a session: a login, or the consent of an authorization.
type FlowPlan struct {
	Slug    string
	Stage   Stage
	Pending int // the identified user; 0 before that
	Passed  int // the number of stages of LoginFlow that were answered

	Authorization *Authorization // of a consent
	App           string
	Consent       string // the token the consent must return
}

// Stage is a step of the login flow.
type Stage int

// The stages of the login flow, in order.
const (
	StageIdentification Stage = iota
	StagePassword
	StageDevices // passed at once by users without a second factor
	StageLogin
)

// Authorization is a validated request of the authorize endpoint.
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

// AuthorizationCode is an issued code that the application has not redeemed yet.
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

// Proven reports whether the PKCE verifier fits. A verifier without a challenge does not.
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

// GrantedToken is an issued access or refresh token.
type GrantedToken struct {
	Provider, User int
	Scopes         []string
	Nonce          string
	Expires        time.Time
	AuthTime       time.Time
	SID            string // empty without a browser session
	Revoked        bool
}

// Holds reports whether the token has a scope.
func (g *GrantedToken) Holds(scope string) bool { return slices.Contains(g.Scopes, scope) }

// ConsentKey identifies a consent.
type ConsentKey struct {
	User   int
	App    string
	Scopes string
}

// CachedApp is a copy of an application in a cached list.
type CachedApp = Application

// AppListKey identifies a cached page of applications. Only the user and the page number of the request count.
type AppListKey struct{ User, Page int }

// SameSecret compares two secrets in constant time.
func SameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
