package link

import (
	"authpocket/internal/link/addresses"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Chosen marks the fields that the spec sets as not usual, whatever their value.
func (s Spec) Chosen(fields []Field) {
	set := map[string]bool{}
	given(set, ApplicationAttrs(), &s.Application)
	given(set, ProviderAttrs(), &s.Provider)
	given(set, SlotAttrs(), &s.PocketBase)
	given(set, OAuth2Attrs(), &s.PocketBase)
	for i, f := range fields {
		fields[i].Usual = f.Usual && !set[f.Place]
	}
}

// given adds the paths that the spec sets.
func given[W, S any](set map[string]bool, table []*Attr[W, S], want W) {
	for _, a := range table {
		if a.Open() {
			_, ok := a.Given(want)
			set[a.Spec] = ok
		}
	}
}

// Validate returns all problems of the spec that can be found without asking either system, in the order of the
// settings page.
func (s Spec) Validate() report.Problems {
	var p report.Problems
	validate(&p, ApplicationAttrs(), &s.Application)
	validate(&p, ProviderAttrs(), &s.Provider)
	validate(&p, GroupsClaimAttrs(), &s)
	switch s.Email {
	case EmailTrustAll, EmailTrustAttribute, EmailLeave:
	case "":
		p.Add("email", say.Of("Choose which e-mail addresses PocketBase may trust."),
			say.Of("Choose trust-all, trust-attribute or leave."))
	default:
		p.Add("email", say.Of("There is no e-mail decision “%s”.", string(s.Email)), say.Of("Choose trust-all, "+
			"trust-attribute or leave."))
	}
	switch s.Existing {
	case ExistingAsk, ExistingUse, ExistingNew:
	default:
		p.Add("existing", say.Of("“%s” is not a value of existing.", string(s.Existing)),
			say.Of("Use “use” or “new”, or leave it out."))
	}
	validate(&p, PlaceAttrs(), &s.PocketBase)
	validate(&p, RuleAttrs(), &s.PocketBase)
	validate(&p, SlotAttrs(), &s.PocketBase)
	validate(&p, GroupAttrs(), &s.PocketBase)
	for i, address := range s.PocketBaseURLs {
		addresses.CheckBase(&p, FieldAt("pocketbase.public_urls", i), say.Of("Public address"), address)
	}
	return p
}
