package store

import (
	"crypto"
	"crypto/x509"
	"time"
)

// User is a person or a service account.
type User struct {
	PK                    int
	UUID                  string
	UID                   string // the hashed id, the subject of sub_mode hashed_user_id
	Username, Name, Email string
	Active                bool
	Attributes            map[string]any
	Path                  string
	Type                  string   // internal, external, service_account or internal_service_account
	Roles                 []string // keys of the roles of the user itself
	LastLogin             *time.Time
	Joined                time.Time
	PasswordChanged       time.Time
	Updated               time.Time

	Password string
}

// Group is a set of users.
type Group struct {
	PK         string
	Name       string
	Superuser  bool // members are superusers
	Parents    []string
	Users      []int
	Roles      []string
	Attributes map[string]any
}

// Role is a set of permissions.
type Role struct {
	PK          string
	Name        string
	Permissions map[string]bool     // global, as app.codename
	OnObjects   map[string][]string // app.codename → keys of the objects it applies to
}

// Token is an API token, an app password or a recovery link.
type Token struct {
	PK          string
	Identifier  string
	Intent      string // api, app_password, recovery or verification
	User        int
	Description string
	Expires     *time.Time
	Expiring    bool
	Managed     string // empty for an unmanaged token

	Key string
}

// Flow is a sequence of stages, such as the login.
type Flow struct {
	PK, BindingPK     string
	Name, Slug, Title string
	Designation       string
	Authentication    string // required level of authentication
	PolicyEngineMode  string // any or all
}

// FlowStage is a step of a flow. Its kind is the name of its app in authentik, such as identification or user_login.
type FlowStage struct{ PK, Name, Kind string }

// StageBinding puts a stage into a flow.
type StageBinding struct {
	PK, BindingPK string
	Flow          string
	Stage         FlowStage
	Order         int
}

// KeyPair is a certificate with or without its private key.
type KeyPair struct {
	PK          string
	Name        string
	Managed     string // empty for an unmanaged pair
	Certificate *x509.Certificate
	Type        string // rsa, ec, ed25519

	Key crypto.Signer // nil when only the certificate is known

	// CertificateData and KeyData are what was sent, empty for a generated pair.
	CertificateData, KeyData string
}

// ScopeMapping turns a scope into claims.
type ScopeMapping struct {
	PK          string
	Managed     string // empty for an unmanaged mapping
	Name        string
	ScopeName   string
	Description string
	Expression  string
	Given       *MappingResult // what the expression returns, nil to evaluate it
}

// MappingResult is what a mapping returns for everybody: a JSON value, or a Python error.
type MappingResult struct {
	Value  any
	Raises string
}

// RedirectURI is an address a provider may redirect to. A field that was never written is empty; an entry without
// mode or URL makes its provider unreadable.
type RedirectURI struct {
	MatchingMode string // strict or regex
	URL          string
	Type         string // authorization or logout; empty means authorization
}

// Provider is an OAuth2/OpenID provider.
type Provider struct {
	PK                     int
	Name                   string
	AuthenticationFlow     string // empty means the brand's
	AuthorizationFlow      string
	InvalidationFlow       string
	PropertyMappings       []string
	ClientType             string // confidential or public
	GrantTypes             []string
	ClientID, ClientSecret string
	AccessCodeValidity     string
	AccessTokenValidity    string
	RefreshTokenValidity   string
	RefreshTokenThreshold  string
	ClaimsInIDToken        bool
	SigningKey             string // empty means HS256 with the client secret
	EncryptionKey          string
	RedirectURIs           []RedirectURI
	LogoutURI              string
	LogoutMethod           string
	SubMode                string
	IssuerMode             string
	FederationSources      []string
	FederationProviders    []int
	Registration           bool // clients may register with its application
}

// Application is an application as users see it. Bindings restrict who may use it.
type Application struct {
	PK                   string
	Name, Slug           string
	Provider             int // 0 means none
	BackchannelProviders []int
	OpenInNewTab         bool
	LaunchURL            string // meta_launch_url, as written
	Icon                 string
	Description          string
	Publisher            string
	PolicyEngineMode     string // any or all
	Group                string
	Hide                 bool
}

// Binding lets a group, a user or a policy decide about its target.
type Binding struct {
	PK            string
	Target        string
	Policy        string
	Group         string
	User          int // 0 means none
	Negate        bool
	Enabled       bool
	Order         int
	Timeout       int // seconds
	FailureResult bool
	Expiring      bool
	Expires       *time.Time // counts if Expiring
}

// Policy is one of the policies of a fresh install. The simulator lists policies but does not evaluate them.
type Policy struct {
	PK, Name, Component, Verbose, VerbosePlural, Model string
	BoundTo                                            int
	More                                               map[string]any // fields of its kind
}

// Event is an entry of the event log.
type Event struct {
	PK       string
	Action   string
	App      string
	User     map[string]any
	Context  map[string]any
	ClientIP string
	Created  time.Time
}
