package link

import (
	"errors"
	"strconv"
	"strings"

	"authpocket/internal/address"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// ParseAddress parses an address like address.Parse. If it is invalid, it returns a problem; label begins its sentence,
// of is the expected system.
func ParseAddress(of report.System, label say.Text, field, raw string) (string, *report.Problem) {
	base, err := address.Parse(raw)
	if err == nil {
		return base, nil
	}
	todo := say.Of("Enter it like %s.", "https://"+strings.ToLower(of.Label())+".company")
	summary, todo := addressWords(label, todo, err)
	return "", &report.Problem{Field: field, Summary: summary, Todo: todo}
}

// addressWords returns the sentences for an invalid address. todo is the default for what to do.
func addressWords(label, todo say.Text, err error) (summary, remedy say.Text) {
	f, ok := errors.AsType[*address.Fault](err)
	if !ok {
		f = &address.Fault{}
	}
	leave := say.Of("Leave that part out.")
	switch f.Reason {
	case address.Empty:
		return say.Of("%s is missing.", label), todo
	case address.TooLong:
		return say.Of("%s is longer than %d characters.", label, address.MaxLength), say.Of("Choose a shorter one.")
	case address.HasSpace:
		return say.Of("%s has a space in it.", label), todo
	case address.EdgeSpace:
		return say.Of("%s has a space before or after it.", label), say.Of("Remove the space.")
	case address.NoScheme:
		return say.Of("%s has no scheme.", label), orElse(schemeTodo(f.Meant), todo)
	case address.OtherScheme:
		return say.Of("%s starts with %s, which is not a web address.", label, f.Part+"://"),
			say.Of("Use https:// or http://.")
	case address.HasUser:
		return say.Of("%s contains a user name or password.", label), leave
	case address.HasQuery:
		return say.Of("%s has a part after ?.", label), leave
	case address.HasFragment:
		return say.Of("%s has a part after #.", label), leave
	case address.NoHost:
		return say.Of("%s has no host.", label), todo
	case address.NoPort:
		return say.Of("%s has a colon but no port.", label), todo
	case address.BadPort:
		return say.Of("%s has the port %s, which is not between 1 and 65535.", label, f.Part), todo
	case address.IsNumber:
		return say.Of("%s has a number as its host.", label),
			say.Of("Enter the host's name, or its IPv4 address as four numbers from 0 to 255, such as 127.0.0.1.")
	case address.LinkLocal:
		return say.Of("%s is a link-local address, which is never an authentik or a PocketBase.", label), todo
	case address.UnknownHost:
		return say.Of("%s has a host name that cannot be looked up.", label), todo
	case address.BareIPv6:
		return say.Of("%s has an IPv6 address without brackets.", label), say.Of("Put brackets around it: %s.", f.Meant)
	}
	return say.Of("%s is not a web address.", label), todo
}

// orElse returns the first of two texts that is not empty.
func orElse(a, b say.Text) say.Text {
	if a.Empty() {
		return b
	}
	return a
}

func schemeTodo(meant string) say.Text {
	switch {
	case meant == "":
		return say.Text{}
	case strings.HasPrefix(meant, "http://"):
		return say.Of("Put http:// in front, or https:// if it has a certificate: %s", meant)
	}
	return say.Of("Put https:// in front: %s", meant)
}

// Exposes reports whether what is sent to base crosses a public network over plain http. Addresses in an inner network,
// such as a container's name, only get a warning in the plan.
func Exposes(base string) bool { return address.PlainHTTP(base) && !address.Inner(base) }

// Unencrypted returns a problem if base exposes the system's token or password, nil otherwise.
func Unencrypted(of report.System, base string, todo say.Text) *report.Problem {
	if !Exposes(base) {
		return nil
	}
	summary := say.Of("The address is plain http: anyone on the network can read the token. Nothing was sent.")
	if of == report.PB {
		summary = say.Of("The address is plain http: anyone on the network can read the token or password. " +
			"Nothing was sent.")
	}
	return &report.Problem{Field: string(of) + ".url", Summary: summary, Todo: todo}
}

// FieldAt returns the path of entry i of a list field.
func FieldAt(field string, i int) string { return field + "." + strconv.Itoa(i) }
