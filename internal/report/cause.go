package report

// CauseID identifies the cause of a failed sign-in.
type CauseID string

// The causes of the catalogue, described by signin.Causes.
const (
	CauseDiscovery          CauseID = "discovery"
	CauseIssuerMismatch     CauseID = "issuer-mismatch"
	CauseSigningKey         CauseID = "signing-key"
	CauseGrantTypes         CauseID = "grant-types"
	CauseRedirectMismatch   CauseID = "redirect-mismatch"
	CauseUnknownClient      CauseID = "unknown-client"
	CauseCredentials        CauseID = "credentials"
	CauseNoAccess           CauseID = "no-access"
	CauseValidity           CauseID = "validity"
	CauseFlow               CauseID = "flow"
	CausePersonInactive     CauseID = "person-inactive"
	CauseMappingFails       CauseID = "mapping-fails"
	CauseClaimType          CauseID = "claim-type"
	CausePopupClosed        CauseID = "popup-closed"
	CauseBrowserUnreachable CauseID = "browser-unreachable"
	CauseCORS               CauseID = "cors"
	CauseStreamRefused      CauseID = "stream-refused"
	CauseStreamBroken       CauseID = "stream-broken"
	CauseBufferedStream     CauseID = "buffered-stream"
	CauseDifferentIP        CauseID = "different-ip"
	CauseOtherPocketBase    CauseID = "other-pocketbase"
	CausePlainHTTP          CauseID = "plain-http"
	CauseClock              CauseID = "clock"
	CauseUnreachable        CauseID = "unreachable"
	CauseDNS                CauseID = "dns"
	CausePrivateCA          CauseID = "private-ca"
	CauseTLS                CauseID = "tls"
	CauseProxy              CauseID = "proxy"
	CauseWAF                CauseID = "waf"
	CauseHTMLInsteadOfJSON  CauseID = "html-instead-of-json"
	CauseAuthentikError     CauseID = "authentik-error"
	CauseCollectionMissing  CauseID = "collection-missing"
	CauseOAuth2Off          CauseID = "oauth2-off"
	CauseSettingsDiffer     CauseID = "settings-differ"
	CauseEndpointURL        CauseID = "endpoint-url"
	CauseInvalidClient      CauseID = "invalid-client"
	CauseCodeRefused        CauseID = "code-refused"
	CauseUserInfoURL        CauseID = "user-info-url"
	CauseMissingScopes      CauseID = "missing-scopes"
	CauseRateLimit          CauseID = "rate-limit"
	CauseEmailUnverified    CauseID = "email-unverified"
	CauseEmailBlank         CauseID = "email-blank"
	CauseCreateRule         CauseID = "create-rule"
	CauseAuthRule           CauseID = "auth-rule"
	CauseMFA                CauseID = "mfa"
	CauseOtherSubject       CauseID = "other-subject"
	CauseDuplicateEmail     CauseID = "duplicate-email"
	CauseRequiredField      CauseID = "required-field"
	CauseMappedField        CauseID = "mapped-field"
	CauseEmailRefused       CauseID = "email-refused"
	CauseUsernameDropped    CauseID = "username-dropped"
	CauseAccountFields      CauseID = "account-fields"
	CauseNoSubject          CauseID = "no-subject"
	CauseUnknown            CauseID = "unknown"
)

// More specific causes that checks report. Entry returns the one in the catalogue.
const (
	CauseProviderMissing  CauseID = "provider-missing"
	CausePublicClient     CauseID = "public-client"
	CauseClientID         CauseID = "client-id"
	CauseAuthURL          CauseID = "auth-url"
	CauseDisplayName      CauseID = "display-name"
	CausePKCE             CauseID = "pkce"
	CauseGrantType        CauseID = "grant-type"
	CauseRefused          CauseID = "refused"
	CauseNoRoute          CauseID = "no-route"
	CauseTimeout          CauseID = "timeout"
	CauseConnectionClosed CauseID = "connection-closed"
	CauseTokenURLRedirect CauseID = "token-url-redirect"  // #nosec G101 -- an ID
	CauseTokenURLNotFound CauseID = "token-url-not-found" // #nosec G101 -- an ID
	CauseTokenURL         CauseID = "token-url"
)

// Entry returns the cause in the catalogue that id belongs to.
func (id CauseID) Entry() CauseID {
	switch id {
	case CauseProviderMissing:
		return CauseOAuth2Off
	case CausePublicClient:
		return CauseInvalidClient
	case CauseClientID:
		return CauseUnknownClient
	case CauseAuthURL, CauseDisplayName, CausePKCE:
		return CauseSettingsDiffer
	case CauseGrantType:
		return CauseGrantTypes
	case CauseRefused, CauseNoRoute, CauseTimeout, CauseConnectionClosed:
		return CauseUnreachable
	case CauseTokenURLRedirect, CauseTokenURLNotFound, CauseTokenURL:
		return CauseEndpointURL
	}
	return id
}
