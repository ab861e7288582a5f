package link

import (
	"errors"
	"regexp/syntax"
	"strings"

	"authpocket/internal/address"
)

// checkURL adds what is wrong with a web address that is given whole.
func checkURL(p *Problems, m Meta, v string) {
	addURL(p, m.Spec, m.Label, v, address.Check(v))
}

// checkBase adds what is wrong with an address that paths are added to.
func checkBase(p *Problems, field, label, v string) {
	addURL(p, field, label, v, address.CheckBase(v))
}

func addURL(p *Problems, field, label, v string, err error) {
	f, wrong := errors.AsType[*address.Fault](err)
	if !wrong {
		return
	}
	switch f.Reason {
	case address.Empty:
		p.Add(field, label+" is empty.", "Enter the whole address, or leave it out to get the default.")
	case address.Unreadable, address.HasSpace:
		p.Add(field, strings.TrimSpace(label+" "+shownAddress(v))+" is not a web address.",
			"Enter it whole, starting with https://.")
	case address.HasUser:
		p.Add(field, label+" has a user name or password in it.", "Leave that part out.")
	default:
		summary, todo := addressWords(label, "Enter it whole, starting with https://.", err)
		p.Add(field, summary, todo)
	}
}

// shownAddress quotes an address, unless there may be a password in it.
func shownAddress(v string) string {
	if strings.Contains(v, "@") {
		return ""
	}
	return quote(v)
}

func validateRedirect(p *Problems, field string, r RedirectURI) {
	switch r.Mode {
	case "regex":
		validatePattern(p, field, r.URL)
	case "strict", "":
		validateStrict(p, field, r.URL)
	default:
		p.Add(field, "There is no matching mode "+quote(r.Mode)+".", "Use strict or regex.")
	}
}

func validatePattern(p *Problems, field, pattern string) {
	switch {
	case pattern == "" || broken(pattern):
		p.Add(field, "The redirect URI "+quote(pattern)+" is not a regular expression that can be read.",
			"Correct it, or use a strict one.")
	case strings.TrimSpace(pattern) != pattern:
		p.Add(field, "The redirect URI "+quote(pattern)+" has a space before or after it, which no address matches.",
			"Remove the space.")
	}
}

// broken reports whether neither Go nor Python can read a pattern. authentik
// reads it as Python does, which knows more than Go: look-ahead, \Z and the
// like.
func broken(pattern string) bool {
	_, err := syntax.Parse(pattern, syntax.Perl)
	known, ok := errors.AsType[*syntax.Error](err)
	return ok && known.Code != syntax.ErrInvalidPerlOp && known.Code != syntax.ErrInvalidEscape
}

// validateStrict refuses a redirect URI that can never work.
func validateStrict(p *Problems, field, uri string) {
	f, wrong := errors.AsType[*address.Fault](address.CheckRedirect(uri))
	if !wrong {
		return
	}
	label := strings.TrimSpace("The redirect URI " + shownAddress(uri))
	whole := "Enter it whole, such as https://pocketbase.company" + RedirectPath + "."
	switch f.Reason {
	case address.Empty:
		p.Add(field, "A redirect URI is empty.", "Enter the whole address, or remove the entry.")
	case address.Unreadable, address.HasSpace:
		p.Add(field, label+" is not an address.", whole)
	case address.IsPattern:
		p.Add(field, label+" has a wildcard or backslash in it, and strict means literally this text.",
			"Enter the exact address that people are sent back to, or use the mode regex and a pattern such as https://[a-z]+\\.company/.*.")
	case address.NoScheme:
		p.Add(field, label+" has no scheme.",
			"Start it with https://, or with your app's own scheme such as myapp://.")
	case address.ScriptScheme:
		p.Add(field, "authentik refuses the scheme "+f.Part+": when it is used.", "Use https:// or your app's own scheme.")
	case address.LocalScheme:
		p.Add(field, "Browsers do not follow a redirect to the scheme "+f.Part+":.", "Use https:// or your app's own scheme.")
	case address.HasUser:
		p.Add(field, "The redirect URI has a user name or password in it.", "Leave that part out.")
	case address.HasFragment:
		p.Add(field, label+" has a part after #, which OAuth2 does not allow.", "Leave that part out.")
	default:
		summary, todo := addressWords(label, whole, f)
		p.Add(field, summary, todo)
	}
}
