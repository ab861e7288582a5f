package rest

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// readFields sets an object's fields from a response. A missing key is the zero value.
func readFields[W, S any](table []*link.Attr[W, S], to S, o Object) {
	for _, a := range table {
		a.Visit(to, &reader{o, a.Key})
	}
}

// reader reads one key of a response.
type reader struct {
	o   Object
	key string
}

func (r *reader) Text(to *string)                  { *to = r.o.Text(r.key) }
func (r *reader) Flag(to *bool)                    { *to = r.o.Flag(r.key) }
func (r *reader) Number(to *int)                   { *to = r.o.Number(r.key) }
func (r *reader) Secret(to *secret.Text)           { *to, _ = SecretOf(r.o) }
func (r *reader) Ref(to *link.Ref)                 { *to = ref(r.o.Text(r.key)) }
func (r *reader) Refs(to *[]link.Ref)              { *to = link.Each(r.o.Texts(r.key), ref) }
func (r *reader) Texts(to *[]string)               { *to = r.o.Texts(r.key) }
func (r *reader) Redirects(to *[]link.RedirectURI) { *to = RedirectURIs(r.o.Objects(r.key)) }

func (r *reader) Assigned(pk *int, name *string) {
	*pk, *name = r.o.Number(r.key), r.o.Object(r.key+"_obj").Text("name")
}

// Fields are an object's values by authentik's keys: strings, booleans, integers and lists of strings, normalised for
// comparison.
type Fields map[string]any

// FieldsOf returns the fields of an object for comparison.
func FieldsOf[W, S any](table []*link.Attr[W, S], o S) Fields {
	f := Fields{}
	for _, a := range table {
		a.Visit(o, &comparer{f, a.Meta})
	}
	return f
}

// comparer adds the value of one field.
type comparer struct {
	to Fields
	*link.Meta
}

func (c *comparer) Text(v *string)                  { c.to[c.Key] = *v }
func (c *comparer) Flag(v *bool)                    { c.to[c.Key] = *v }
func (c *comparer) Number(v *int)                   { c.to[c.Key] = *v }
func (c *comparer) Secret(v *secret.Text)           { c.to[c.Key] = v.Reveal() }
func (c *comparer) Ref(v *link.Ref)                 { c.to[c.Key] = v.ID }
func (c *comparer) Refs(v *[]link.Ref)              { c.to[c.Key] = Set(ids(*v)) }
func (c *comparer) Texts(v *[]string)               { c.to[c.Key] = Set(*v) }
func (c *comparer) Redirects(v *[]link.RedirectURI) { c.to[c.Key] = redirectLines(*v) }
func (c *comparer) Assigned(pk *int, _ *string)     { c.to[c.Key] = *pk }

// Body returns the request that writes exactly the named fields. Lists are written as a whole.
func Body[W, S any](table []*link.Attr[W, S], o S, names []string, f link.Features) map[string]any {
	to := map[string]any{}
	for _, a := range table {
		if slices.Contains(names, a.Key) {
			a.Visit(o, &sender{to, a.Key, f})
		}
	}
	return to
}

// KeysOf returns the keys of a table.
func KeysOf[W, S any](table []*link.Attr[W, S]) []string {
	return link.Each(table, func(a *link.Attr[W, S]) string { return a.Key })
}

// sender adds one field to a request.
type sender struct {
	to       map[string]any
	key      string
	features link.Features
}

func (s *sender) Text(v *string)              { s.to[s.key] = *v }
func (s *sender) Flag(v *bool)                { s.to[s.key] = *v }
func (s *sender) Number(v *int)               { s.to[s.key] = *v }
func (s *sender) Secret(v *secret.Text)       { sendSecret(s.to, *v) }
func (s *sender) Ref(v *link.Ref)             { s.to[s.key] = orNull(v.ID) }
func (s *sender) Refs(v *[]link.Ref)          { s.to[s.key] = ids(*v) }
func (s *sender) Texts(v *[]string)           { s.to[s.key] = append([]string{}, *v...) }
func (s *sender) Assigned(pk *int, _ *string) { s.to[s.key] = orNull(*pk) }

// Redirects adds complete entries: authentik would store one without a matching mode, and then fail to list any
// provider.
func (s *sender) Redirects(v *[]link.RedirectURI) {
	list := make([]map[string]string, len(*v))
	for i, uri := range *v {
		list[i] = map[string]string{"matching_mode": string(RedirectMode(uri)), "url": uri.URL}
		if s.features.RedirectURI {
			list[i]["redirect_uri_type"] = string(RedirectType(uri))
		}
	}
	s.to[s.key] = list
}

// orNull returns a primary key, or nil for none.
func orNull[T comparable](pk T) any {
	if pk == *new(T) {
		return nil
	}
	return pk
}

func ids(list []link.Ref) []string {
	return link.Each(list, func(r link.Ref) string { return r.ID })
}

// Set returns the list sorted and without duplicates.
func Set[S cmp.Ordered](list []S) []S { return slices.Compact(slices.Sorted(slices.Values(list))) }

func redirectLines(uris []link.RedirectURI) []string {
	return link.Each(uris, func(r link.RedirectURI) string {
		return string(RedirectMode(r)) + " " + string(RedirectType(r)) + " " + strings.TrimSpace(r.URL)
	})
}

// RedirectMode returns the matching mode, which is never empty: authentik would store an entry without one, and
// then fail to list any provider.
func RedirectMode(r link.RedirectURI) link.RedirectMode { return cmp.Or(r.Mode, link.RedirectStrict) }

// RedirectType returns the type, which defaults to authorization as in authentik.
func RedirectType(r link.RedirectURI) link.RedirectType {
	return cmp.Or(r.Type, link.RedirectAuthorization)
}
