package predict

import (
	"maps"
	"reflect"
	"slices"
	"sort"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/predict/record"
	"authpocket/internal/predict/rule"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// Obstacle is something in a collection that keeps people out, or may do so.
type Obstacle struct {
	Cause      report.CauseID
	What, Todo say.Text
	Everyone   bool // it also keeps out people who have an account
	Newcomers  bool // it certainly keeps out everybody new
	// Unknown reports whether the obstacle may be none: it depends on what cannot be known before a sign-in.
	Unknown bool
}

// Obstacles returns what in a collection keeps people out, whoever they are. trusted reports whether authentik sends
// verified addresses.
func Obstacles(c *link.CollectionState, version, slot string, trusted bool) []Obstacle {
	w := World{Version: version, Collection: *c, Slot: slot}
	drafts := w.newcomers(trusted)
	return slices.Concat(w.createObstacles(drafts), w.entryObstacles(drafts), w.emailObstacles(trusted),
		w.fieldObstacles(drafts))
}

// newcomers returns the drafts of people who have nothing in common.
func (w World) newcomers(trusted bool) []record.Draft {
	var drafts []record.Draft
	for _, user := range samples(&w.Collection) {
		if !trusted {
			user.Email = ""
		}
		drafts = append(drafts, record.New(&w.Collection, user, w.Version, record.Known{Holds: w.lookup()}))
	}
	return drafts
}

// common returns the values that are the same in all drafts, and the keys of the others, true for those in all drafts.
// What a field makes of a claim may be the same in all drafts, and is another for other people.
func (w *World) common(drafts []record.Draft, of func(record.Draft) map[string]any) (same map[string]any,
	others map[string]bool) {
	same, others = map[string]any{}, map[string]bool{}
	for _, d := range drafts {
		maps.Copy(same, of(d))
	}
	for key, value := range same {
		differs, everywhere := false, true
		for _, d := range drafts {
			one, there := of(d)[key]
			_, unknown := d.Unknown[key]
			differs = differs || unknown || !reflect.DeepEqual(one, value)
			everywhere = everywhere && there
		}
		if differs || w.claimed(key) {
			others[key] = everywhere
			delete(same, key)
		}
	}
	return same, others
}

// claimed reports whether a claim is mapped to the field. It may refuse what the samples have and take what others
// have, or make the same of all samples and something else of others.
func (w *World) claimed(field string) bool {
	m := w.Collection.OAuth2.Mapped
	if field == "" || field == "email" || !slices.Contains([]string{m.ID, m.Name, m.Username, m.AvatarURL}, field) {
		return false
	}
	f := link.Find(w.Collection.Fields, func(f link.CollectionField) bool { return f.Name == field })
	return f != nil && !record.Hidden(f)
}

// nobodyKnown is an account of which nothing is known.
func (w *World) nobodyKnown() rule.Record {
	r := rule.Record{Fields: w.Collection.Fields, Unknown: map[string]bool{}}
	for _, f := range w.Collection.Fields {
		r.Unknown[f.Name] = true
	}
	return r
}

func (w *World) createObstacles(drafts []record.Draft) []Obstacle {
	c := w.Collection
	o := Obstacle{Cause: report.CauseCreateRule,
		Todo: say.Of("To let new people in through authentik only, set createRule to @request.context = \"oauth2\".")}
	body, others := w.common(drafts, func(d record.Draft) map[string]any { return d.Body })
	if m := c.OAuth2.Mapped; w.claimed(m.Username) && m.Username != m.Name && m.Username != m.ID {
		others[m.Username] = false // PocketBase leaves out a username that doesn't fit
	}
	values, unknown := w.common(drafts, func(d record.Draft) map[string]any { return d.Before })
	request := w.createRequest(record.Draft{Body: body})
	request.UnknownBody = others
	answer := rule.Decide(c.CreateRule, request, rule.Record{Fields: c.Fields, Values: values, Unknown: unknown,
		New: true})
	switch {
	case answer.Truth == rule.Yes:
		return nil
	case c.CreateRule == nil:
		o.What = say.Of("createRule of %s lets only superusers make records, so new people are refused.", c.Name)
	case answer.Broken:
		o.What = say.Of("PocketBase can't evaluate createRule of %s, so new people are refused.", c.Name)
	case answer.Truth == rule.No:
		o.What = say.Of("createRule of %s rejects every sign-in of a new person.", c.Name)
	default:
		o.Unknown = true
		o.What = say.Of("Whether createRule of %s lets a new person in depends on %s.", c.Name, answer.Unknown)
		o.Todo = say.Of("Sign in with a new account to see, or set createRule to @request.context = \"oauth2\".")
		return []Obstacle{o}
	}
	o.What = say.Join(o.What, say.Of("People who have an account there get in."))
	return []Obstacle{o}
}

// entryObstacles returns those of the auth rule and of multi-factor authentication.
func (w *World) entryObstacles(drafts []record.Draft) []Obstacle {
	values, unknown := w.common(drafts, func(d record.Draft) map[string]any { return d.After })
	newcomer := rule.Record{Fields: w.Collection.Fields, Values: values, Unknown: unknown}
	list := w.authObstacles(newcomer)
	if w.Collection.MFAEnabled {
		list = append(list, w.mfaObstacles(newcomer)...)
	}
	return list
}

func (w *World) authObstacles(newcomer rule.Record) []Obstacle {
	c := w.Collection
	everyone := rule.Decide(c.AuthRule, w.signInRequest(), w.nobodyKnown())
	answer := rule.Decide(c.AuthRule, w.signInRequest(), newcomer)
	o := Obstacle{Cause: report.CauseAuthRule, Everyone: everyone.Truth == rule.No, Newcomers: answer.Truth == rule.No,
		Todo: say.Of("Set authRule to empty, or to a rule that people meet. Changing it signs everyone out once.")}
	switch {
	case everyone.Broken:
		o.What = say.Of("PocketBase can't evaluate authRule of %s, so nobody can sign in.", c.Name)
	case o.Everyone:
		o.What = say.Of("authRule of %s lets nobody sign in.", c.Name)
	case o.Newcomers:
		o.What = say.Of("authRule of %s refuses everybody new; their account is made all the same.", c.Name)
	case answer.Truth == rule.Unknown:
		o.Unknown, o.Todo = true, say.Of("Sign in with a new account to see.")
		o.What = say.Of("Whether authRule of %s lets a new person in depends on %s; their account is made all the "+
			"same.", c.Name, answer.Unknown)
	default:
		return nil
	}
	return []Obstacle{o}
}

func (w *World) mfaObstacles(newcomer rule.Record) []Obstacle {
	c := w.Collection
	o := Obstacle{Cause: report.CauseMFA, Everyone: true, What: say.Of("Multi-factor authentication is on in %s, so "+
		"that authentik alone is not enough: PocketBase asks for a second way to sign in.", c.Name),
		Todo: say.Of("Set the MFA rule to @request.context != \"oauth2\", and let authentik ask for the second " +
			"factor.")}
	if c.MFARule == "" {
		return []Obstacle{o}
	}
	everyone := rule.Decide(&c.MFARule, w.signInRequest(), w.nobodyKnown())
	answer := rule.Decide(&c.MFARule, w.signInRequest(), newcomer)
	o.Everyone, o.Newcomers = everyone.Broken || everyone.Truth == rule.Yes, answer.Truth == rule.Yes
	switch {
	case everyone.Broken:
		o.What = say.Of("PocketBase can't evaluate the MFA rule of %s, so nobody can sign in.", c.Name)
	case answer.Truth == rule.No:
		return nil
	case answer.Truth == rule.Unknown:
		o.Unknown, o.What = true, say.Of("Whether PocketBase asks a new person for a second factor depends on %s, "+
			"by the MFA rule of %s.", answer.Unknown, c.Name)
	}
	return []Obstacle{o}
}

func (w *World) emailObstacles(trusted bool) []Obstacle {
	c := w.Collection
	if !trusted && c.EmailRequired {
		return []Obstacle{{Cause: report.CauseEmailUnverified, Newcomers: true, What: say.Of("Nobody new can sign in: "+
			"%s requires an e-mail address, and authentik marks addresses as not "+
			"verified, which PocketBase drops. It then answers “email: Cannot be blank”.", c.Name),
			Todo: say.Of("Decide which addresses to trust, with email: trust-all or trust-attribute, or make the "+
				"e-mail field of %s optional.", c.Name)}}
	}
	only, except := record.EmailDomains(&c)
	var what say.Text
	switch {
	case !trusted:
		return nil
	case len(only) > 0:
		what = say.Of("%s accepts only e-mail addresses of %s.", c.Name, strings.Join(only, ", "))
	case len(except) > 0:
		what = say.Of("%s accepts no e-mail addresses of %s.", c.Name, strings.Join(except, ", "))
	default:
		return nil
	}
	return []Obstacle{{Cause: report.CauseEmailRefused, What: say.Join(what, say.Of("PocketBase refuses other new "+
		"people.")),
		Todo: say.Of("If authentik has people with other addresses, allow their domains in the options of the email " +
			"field.")}}
}

// samples are people who have nothing in common but that each claim is text. What refuses all of them refuses everyone.
func samples(c *link.CollectionState) []record.User {
	domain := "example.com"
	if only, _ := record.EmailDomains(c); len(only) > 0 {
		domain = only[0]
	}
	return []record.User{
		{ID: strings.Repeat("a1", 32), Name: "Ada Lovelace", Username: "ada", Email: "ada@" + domain,
			AvatarURL: "https://example.com/ada.png"},
		{ID: "17", Name: "Bo", Username: "bo.example", Email: "bo@" + domain},
		{ID: "8a7f6c52-90ab-4c1d-8e2f-0123456789ab", Name: "Ибн Сина 980", Username: "ibnsina980", Email: "x@" +
			domain},
	}
}

// fieldObstacles returns the fields that refuse every new person, whatever the claims say.
func (w *World) fieldObstacles(drafts []record.Draft) []Obstacle {
	counts := map[record.Fault]int{}
	for _, d := range drafts {
		for _, f := range d.Faults {
			counts[f]++
		}
	}
	var certain []record.Fault
	for f, n := range counts {
		if n == len(drafts) && f.Field != "email" { // emailObstacles says that
			certain = append(certain, f)
		}
	}
	sort.Slice(certain, func(i, j int) bool { return certain[i].Field < certain[j].Field })
	var list []Obstacle
	for _, f := range certain {
		list = append(list, w.fieldObstacle(f))
	}
	return list
}

func (w *World) fieldObstacle(f record.Fault) Obstacle {
	m := w.Collection.OAuth2.Mapped
	mapped := map[string]say.Text{m.ID: say.Of("the subject"), m.Name: say.Of("the name"),
		m.Username: say.Of("the user name"), m.AvatarURL: say.Of("the picture")}[f.Field]
	cause := signin.CauseOfFields(fieldFaults([]record.Fault{f}), signin.Claims{Username: "x"}, m)
	if mapped.Empty() || f.Field == "" {
		return Obstacle{Cause: cause,
			What: say.Of("%s requires %s, which a sign-in leaves empty, so new people are "+
				"refused unless the app sends or sets a value.", w.Collection.Name, f.Field),
			Todo: say.Of("Make the field optional, map a claim to it, or have the app send it as createData.")}
	}
	if w.claimed(f.Field) {
		return Obstacle{Cause: cause, Unknown: true, What: say.Of("Whether a new person gets in depends on the claim: "+
			"%s is mapped to the field %s, which doesn't take every text.", mapped, f.Field),
			Todo: say.Of("Map %s to another field or to none, or change the field's options.", mapped)}
	}
	return Obstacle{Cause: cause, Newcomers: true, What: say.Of("PocketBase refuses everybody new: %s is mapped to "+
		"the field %s, which %s.", mapped, f.Field, codeWords(f.Code)),
		Todo: say.Of("Map %s to another field or to none, or change the field's options.", mapped)}
}
