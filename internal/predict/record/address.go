package record

import (
	"net/url"
	"slices"
	"strings"
)

// emailFault checks an e-mail address (core/field_email.go).
func (f *field) emailFault(email string) string {
	switch {
	case email == "" && f.Required:
		return codeRequired
	case email == "":
		return ""
	case !IsEmail(email):
		return "validation_is_email"
	case f.refuses(email[strings.LastIndex(email, "@")+1:]):
		return "validation_email_domain_not_allowed"
	}
	return ""
}

// crash stands for the code of a value at which PocketBase's validation crashes. It answers no field then.
const crash = "crash"

// urlFault checks a URL (core/field_url.go).
func (f *field) urlFault(address string) string {
	switch {
	case address == "" && f.Required:
		return codeRequired
	case address == "":
		return ""
	case !isURL(address):
		return "validation_invalid_url"
	}
	u, err := url.Parse(address)
	switch {
	case len(f.OnlyDomains) == 0 && len(f.ExceptDomains) == 0:
	case err != nil:
		return crash // such as "1a.example:80"
	case f.refuses(u.Host):
		return "validation_url_domain_not_allowed"
	}
	return ""
}

// refuses reports whether the field's options exclude the domain. They match its exact spelling.
func (f *field) refuses(domain string) bool {
	return len(f.OnlyDomains) > 0 && !slices.Contains(f.OnlyDomains, domain) ||
		slices.Contains(f.ExceptDomains, domain)
}
