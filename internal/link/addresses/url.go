package addresses

import (
	"errors"

	"authpocket/internal/address"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// CheckURL adds a problem if v is not a complete web address.
func CheckURL(p *report.Problems, field string, label say.Text, v string) {
	addURL(p, field, label, v, address.Check(v))
}

// CheckBase adds a problem if v is not an address that paths can be appended to.
func CheckBase(p *report.Problems, field string, label say.Text, v string) {
	addURL(p, field, label, v, address.CheckBase(v))
}

func addURL(p *report.Problems, field string, label say.Text, v string, err error) {
	f, wrong := errors.AsType[*address.Fault](err)
	if !wrong {
		return
	}
	switch f.Reason {
	case address.Empty:
		p.Add(field, say.Of("%s is empty.", label), say.Of("Enter the whole address, or leave it out to get the "+
			"default."))
	case address.Unreadable, address.HasSpace:
		p.Add(field, say.Of("%s is not a web address.", with(label, shown(v))),
			say.Of("Enter it whole, starting with https://."))
	case address.HasUser:
		p.Add(field, say.Of("%s contains a user name or password.", label), say.Of("Leave that part out."))
	default:
		summary, todo := wordsFor(label, say.Of("Enter it whole, starting with https://."), err)
		p.Add(field, summary, todo)
	}
}
