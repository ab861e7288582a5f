package record

import (
	"net/url"
	"slices"
	"strings"

	"github.com/asaskevich/govalidator"
)

// emailFault checks an e-mail address (core/field_email.go).
func (f field) emailFault(email string) string {
	switch {
	case email == "" && f.Required:
		return codeRequired
	case email == "":
		return ""
	case !govalidator.IsEmail(email):
		return "validation_is_email"
	case f.refuses(email[strings.LastIndex(email, "@")+1:]):
		return "validation_email_domain_not_allowed"
	}
	return ""
}

// urlFault checks a URL (core/field_url.go).
func (f field) urlFault(address string) string {
	switch {
	case address == "" && f.Required:
		return codeRequired
	case address == "":
		return ""
	case !govalidator.IsURL(address):
		return "validation_invalid_url"
	}
	host := ""
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	if f.refuses(host) {
		return "validation_url_domain_not_allowed"
	}
	return ""
}

// refuses reports whether the field's options exclude the domain. They match its exact spelling.
func (f field) refuses(domain string) bool {
	return len(f.OnlyDomains) > 0 && !slices.Contains(f.OnlyDomains, domain) ||
		slices.Contains(f.ExceptDomains, domain)
}
