package addresses

import (
	"errors"
	"strings"

	"authpocket/internal/address"
	"authpocket/internal/say"
)

// wordsFor returns the sentences for an invalid address. todo is the default for what to do.
func wordsFor(label, todo say.Text, err error) (summary, remedy say.Text) {
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

// shown returns the address in quotes, empty if it may contain a password.
func shown(v string) string {
	if strings.Contains(v, "@") {
		return ""
	}
	return "“" + v + "”"
}

// with returns a label with the value after it, if there is one.
func with(label say.Text, value string) say.Text { return say.Join(label, say.Raw(value)) }
