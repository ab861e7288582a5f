package link

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"authpocket/internal/address"
)

// ParseAddress parses an address like address.Parse. If it is invalid, it returns a problem; label is the form
// field's, of is the expected system.
func ParseAddress(of System, label, field, raw string) (string, *Problem) {
	base, err := address.Parse(raw)
	if err == nil {
		return base, nil
	}
	summary, todo := addressWords(label, "Enter it like https://"+strings.ToLower(of.Label())+".company.", err)
	return "", &Problem{Field: field, Summary: summary, Todo: todo}
}

// addressWords returns the sentences for an invalid address. todo is the default for what to do.
func addressWords(label, todo string, err error) (summary, remedy string) {
	f, ok := errors.AsType[*address.Fault](err)
	if !ok {
		f = &address.Fault{}
	}
	if f.Reason == address.Empty {
		return "Enter the " + label + ".", todo
	}
	words := map[address.Reason][2]string{
		address.TooLong:     {fmt.Sprintf("is longer than %d characters", address.MaxLength)},
		address.HasSpace:    {"has a space in it"},
		address.EdgeSpace:   {"has a space before or after it", "Remove the space."},
		address.NoScheme:    {"has no scheme", schemeTodo(f.Meant)},
		address.OtherScheme: {"starts with " + f.Part + "://, which is not a web address", "Use https:// or http://."},
		address.HasUser: {"contains a user name or password",
			"Remove that part. Enter credentials in their own fields."},
		address.HasQuery:    {"has a part after ?", "Leave that part out."},
		address.HasFragment: {"has a part after #", "Leave that part out."},
		address.NoHost:      {"has no host"},
		address.NoPort:      {"has a colon but no port"},
		address.BadPort:     {"has the port " + f.Part + ", which is not between 1 and 65535"},
		address.LinkLocal:   {"is a link-local address, which is never an authentik or a PocketBase"},
		address.UnknownHost: {"has a host name that cannot be looked up"},
		address.BareIPv6:    {"has an IPv6 address without brackets", "Put brackets around it: " + f.Meant + "."},
	}[f.Reason]
	return label + " " + cmp.Or(words[0], "is not a web address") + ".", cmp.Or(words[1], todo)
}

func schemeTodo(meant string) string {
	switch {
	case meant == "":
		return ""
	case strings.HasPrefix(meant, "http://"):
		return "Put http:// in front, or https:// if it has a certificate: " + meant
	}
	return "Put https:// in front: " + meant
}

// RedirectURL returns the redirect URI of a PocketBase at base (PocketBase
// apis/record_auth_with_oauth2_redirect.go).
func RedirectURL(base string) string { return strings.TrimRight(base, "/") + RedirectPath }

func hasRedirectPath(u string) bool { return strings.HasSuffix(u, RedirectPath) }

// Unencrypted returns a problem if secrets would be sent to base over plain http on a public network, nil
// otherwise. Addresses in an inner network, such as a container's name, only get a warning in the plan. allow
// is how to permit it.
func Unencrypted(field, base, what, allow string) *Problem {
	if !address.PlainHTTP(base) || address.Inner(base) {
		return nil
	}
	return &Problem{
		Field: field,
		Summary: "The address is plain http: anyone on the network can read the " + what +
			". Nothing was sent.",
		Todo: "Use https://, or " + allow + ".",
	}
}

// FieldAt returns the path of entry i of a list field.
func FieldAt(field string, i int) string { return field + "." + strconv.Itoa(i) }
