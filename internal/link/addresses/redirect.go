package addresses

import (
	"errors"
	"regexp/syntax"
	"strings"

	"authpocket/internal/address"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// exampleRedirect is the redirect URI of a PocketBase.
const exampleRedirect = "https://pocketbase.company/api/oauth2-redirect"

// CheckPattern adds a problem if a redirect URI is no regular expression that authentik can match.
func CheckPattern(p *report.Problems, field, pattern string) {
	switch {
	case pattern == "" || invalidPattern(pattern):
		p.Add(field, say.Of("The redirect URI “%s” is not a valid regular expression.", pattern),
			say.Of("Correct it, or use a strict one."))
	case strings.TrimSpace(pattern) != pattern:
		p.Add(field, say.Of("The redirect URI “%s” has a space before or after it, which no address matches.", pattern),
			say.Of("Remove the space."))
	}
}

// invalidPattern reports whether neither Go nor Python accepts a pattern. authentik uses Python, which supports more
// than Go, such as look-ahead and \Z.
func invalidPattern(pattern string) bool {
	_, err := syntax.Parse(pattern, syntax.Perl)
	known, ok := errors.AsType[*syntax.Error](err)
	return ok && known.Code != syntax.ErrInvalidPerlOp && known.Code != syntax.ErrInvalidEscape
}

// CheckRedirect adds a problem if a redirect URI that is compared literally can never work.
func CheckRedirect(p *report.Problems, field, uri string) {
	f, wrong := errors.AsType[*address.Fault](address.CheckRedirect(uri))
	if !wrong {
		return
	}
	label := with(say.Of("The redirect URI"), shown(uri))
	whole := say.Of("Enter it whole, such as %s.", exampleRedirect)
	ownScheme := say.Of("Use https:// or your app's own scheme.")
	switch f.Reason {
	case address.Empty:
		p.Add(field, say.Of("A redirect URI is empty."), say.Of("Enter the whole address, or remove the entry."))
	case address.Unreadable, address.HasSpace:
		p.Add(field, say.Of("%s is not an address.", label), whole)
	case address.IsPattern:
		p.Add(field, say.Of("%s contains a wildcard or backslash, but strict URIs are compared literally.", label),
			say.Of("Enter the exact redirect URI, or use the mode regex and a pattern such as %s.",
				`https://[a-z]+\.company/.*`))
	case address.NoScheme:
		p.Add(field, say.Of("%s has no scheme.", label),
			say.Of("Start it with https://, or with your app's own scheme such as myapp://."))
	case address.ScriptScheme:
		p.Add(field, say.Of("authentik refuses the scheme %s when it is used.", f.Part+":"), ownScheme)
	case address.LocalScheme:
		p.Add(field, say.Of("Browsers do not follow a redirect to the scheme %s.", f.Part+":"), ownScheme)
	case address.HasUser:
		p.Add(field, say.Of("The redirect URI contains a user name or password."), say.Of("Leave that part out."))
	case address.HasFragment:
		p.Add(field, say.Of("%s has a part after #, which OAuth2 does not allow.", label),
			say.Of("Leave that part out."))
	default:
		summary, todo := wordsFor(label, whole, f)
		p.Add(field, summary, todo)
	}
}
