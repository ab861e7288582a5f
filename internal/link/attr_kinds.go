package link

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// The constructors of Attr, one for each type of field. at returns a pointer to the field of the object, want one to
// that of the spec. Either is nil if there is no such field.

// places returns a field without the functions of its type. T and U are pointers.
func places[W, S, T, U any](m *Meta, at func(S) T, want func(W) U) *Attr[W, S] {
	a := &Attr[W, S]{Meta: m}
	if at != nil {
		a.at = func(o S) any { return at(o) }
	}
	if want != nil {
		a.want = func(w W) any { return want(w) }
	}
	return a
}

func text[W, S any](m *Meta, at func(S) *string, want func(W) **string) *Attr[W, S] {
	return kept(places(m, at, want), textCell(), wishText())
}

// trimmed returns a text that a spec may have with white space around it, which authentik removes.
func trimmed[W, S any](m *Meta, at func(S) *string, want func(W) **string) *Attr[W, S] {
	a := text(m, at, want)
	a.keep = func(to, want, now any) {
		*to.(*string) = *now.(*string)
		if v := *want.(**string); v != nil {
			*to.(*string) = strings.TrimSpace(*v)
		}
	}
	return a
}

func tick[W, S any](m *Meta, at func(S) *bool, want func(W) **bool) *Attr[W, S] {
	return kept(places(m, at, want), tickCell(), wishFlag(m.Default == "true"))
}

// kept adds the functions of a type to a field, as far as object and spec have it.
func kept[W, S any](a *Attr[W, S], c cell, w wish) *Attr[W, S] {
	if a.at != nil {
		a.cell = c
	}
	if a.want != nil {
		a.wish = w
	}
	if a.at == nil || a.want == nil {
		a.keep, a.offer = nil, nil
	}
	return a
}

func textCell() cell {
	c := bothCell(ShowText)
	c.visit = func(f any, v Cells) { v.Text(f.(*string)) }
	c.answer = func(f any) string { return *f.(*string) }
	c.reset = func(f any, text string) { *f.(*string) = text }
	return c
}

func tickCell() cell {
	c := bothCell(ShowFlag)
	c.visit = func(f any, v Cells) { v.Flag(f.(*bool)) }
	c.answer = func(f any) string { return ticked(*f.(*bool)) }
	c.reset = func(f any, text string) { *f.(*bool) = text == "true" }
	return c
}

// number returns a field that no spec sets.
func number[W, S any](m *Meta, at func(S) *int) *Attr[W, S] {
	a := places[W, S, *int, *int](m, at, nil)
	a.cell = cellOf(ShowNumber)
	a.visit = func(f any, v Cells) { v.Number(f.(*int)) }
	return a
}

// orNull returns a flag that may be null, which means its default.
func orNull[W, S any](m *Meta, at func(S) **bool, want func(W) **bool) *Attr[W, S] {
	on := m.Default == "true"
	a := places(m, at, want)
	a.cell, a.wish = nullCell(on), wishFlag(on)
	return a
}

func nullCell(on bool) cell {
	c := cellOf(func(b *bool) Shown { return ShowFlag(Value(b, on)) })
	c.answer = func(f any) string { return ticked(Value(*f.(**bool), on)) }
	c.offer = func(want, has any) { *want.(**bool) = *has.(**bool) }
	c.plain = func(f any) any { return orNil(*f.(**bool)) }
	c.same = func(a, b any) bool { return c.plain(a) == c.plain(b) }
	c.keep = func(to, want, now any) {
		is, wanted := *now.(**bool), *want.(**bool)
		if wanted == nil || *wanted == Value(is, on) {
			wanted = is
		}
		*to.(**bool) = wanted
	}
	return c
}

// rule returns a rule of a collection. A null rule admits superusers only, an empty one everyone.
func rule[W, S any](m *Meta, at func(S) **string, want func(W) **string) *Attr[W, S] {
	a := places(m, at, want)
	a.cell, a.wish = ruleCell(), wishText()
	return a
}

func ruleCell() cell {
	c := cellOf(ShowRule)
	c.plain = func(f any) any { return orNil(*f.(**string)) }
	c.same = func(a, b any) bool { return c.plain(a) == c.plain(b) }
	c.keep = func(to, want, now any) { *to.(**string) = cmp.Or(*want.(**string), *now.(**string)) }
	return c
}

// sensitive returns a secret. Receipts hold no secrets, so restoring one from a receipt keeps the current
// value.
func sensitive[W, S any](m *Meta, at func(S) *secret.Text, want func(W) **secret.Text) *Attr[W, S] {
	m.Sensitive = true
	a := places(m, at, want)
	a.cell, a.wish = secretCell(), wishSecret()
	return a
}

func secretCell() cell {
	c := cellOf(maskOf)
	c.visit = func(f any, v Cells) { v.Secret(f.(*secret.Text)) }
	c.secret = func(f any) secret.Text { return *f.(*secret.Text) }
	c.copy = func(to, from any) {
		if old := *from.(*secret.Text); old.IsSet() {
			*to.(*secret.Text) = old
		}
	}
	return c
}

// wishSecret has no answer: a page never shows a secret.
func wishSecret() wish {
	return wish{chooses: true, wrong: func(p *report.Problems, m *Meta, want any) {
		if v := *want.(**secret.Text); v != nil && m.check != nil {
			m.check(p, m, v.Reveal())
		}
	}}
}

func maskOf(t secret.Text) Shown {
	if t.IsSet() {
		return ShowMask(MaskedSet)
	}
	return ShowMask(MaskedNone)
}

// ref returns a reference to an object of authentik, which a spec names.
func ref[W, S any](m *Meta, at func(S) *Ref, want func(W) **string) *Attr[W, S] {
	a := places(m, at, want)
	a.cell, a.wish = refCell(m.Ask.Open), wishText()
	return a
}

func refCell(open bool) cell {
	c := cellOf(func(r Ref) Shown { return ShowText(refName(r)) })
	c.visit = func(f any, v Cells) { v.Ref(f.(*Ref)) }
	c.answer = func(f any) string {
		if r := f.(*Ref); open {
			return r.Name
		}
		return refName(*f.(*Ref)) // an empty answer would clear a reference that the token can't see
	}
	c.offer = func(want, has any) {
		if r := has.(*Ref); r.Name != "" { // the token can see it
			*want.(**string) = &r.Name
		}
	}
	return c
}

func refs[W, S any](m *Meta, at func(S) *[]Ref) *Attr[W, S] {
	a := places[W, S, *[]Ref, *[]Ref](m, at, nil)
	a.cell = listCell(func(list []Ref) Shown { return ShowList(refNames(list)) })
	a.visit = func(f any, v Cells) { v.Refs(f.(*[]Ref)) }
	a.chooses, a.offer = m.Spec != "", nil
	return a
}

func texts[W, S any](m *Meta, at func(S) *[]string, want func(W) *[]string) *Attr[W, S] {
	return kept(places(m, at, want), textsCell(), wishTexts())
}

func textsCell() cell {
	c := listCell(ShowList)
	c.visit = func(f any, v Cells) { v.Texts(f.(*[]string)) }
	c.plain = func(f any) any { return append([]string{}, *f.(*[]string)...) }
	c.answer = func(f any) string { return strings.Join(*f.(*[]string), "\n") }
	return c
}

func wishTexts() wish {
	return wish{
		chooses: true,
		given: func(want any) (string, bool) {
			list := *want.(*[]string)
			return strings.Join(list, "\n"), list != nil
		},
		take: func(want any, text string) { *want.(*[]string) = entries(text) },
		wrong: func(p *report.Problems, m *Meta, want any) {
			for i, one := range *want.(*[]string) {
				if m.check != nil {
					entry := *m
					entry.Spec = FieldAt(m.Spec, i)
					m.check(p, &entry, one)
				}
			}
		},
	}
}

func redirects[W, S any](m *Meta, at func(S) *[]RedirectURI, want func(W) *[]RedirectURI) *Attr[W, S] {
	a := places(m, at, want)
	a.cell = listCell(func(list []RedirectURI) Shown { return ShowList(RedirectNames(list)) })
	a.visit = func(f any, v Cells) { v.Redirects(f.(*[]RedirectURI)) }
	a.wish = wish{
		chooses: true,
		given: func(want any) (string, bool) {
			list := *want.(*[]RedirectURI)
			return redirectLines(list), list != nil
		},
		take:  func(want any, text string) { *want.(*[]RedirectURI) = redirectsIn(text) },
		wrong: func(p *report.Problems, m *Meta, want any) { validateRedirects(p, m.Spec, *want.(*[]RedirectURI)) },
	}
	return a
}

// assigned returns an application's provider.
func assigned[W, S any](m *Meta, pk func(S) *int, name func(S) *string) *Attr[W, S] {
	a := &Attr[W, S]{Meta: m, at: func(o S) any { return assignment{pk(o), name(o)} }}
	a.cell = cell{
		show:  func(f any) Shown { return ShowText(*f.(assignment).name) },
		visit: func(f any, v Cells) { v.Assigned(f.(assignment).pk, f.(assignment).name) },
		copy: func(to, from any) {
			t, f := to.(assignment), from.(assignment)
			*t.pk, *t.name = *f.pk, *f.name
		},
		plain: func(f any) any { return *f.(assignment).name },
	}
	return a
}

// cellOf returns what every field of the type has.
func cellOf[T any](show func(T) Shown) cell {
	return cell{
		show:  func(f any) Shown { return show(*f.(*T)) },
		copy:  func(to, from any) { *to.(*T) = *from.(*T) },
		plain: func(f any) any { return *f.(*T) },
	}
}

// bothCell returns what a field has whose type is the same in spec and object.
func bothCell[T any](show func(T) Shown) cell {
	c := cellOf(show)
	c.keep = func(to, want, now any) { *to.(*T) = Value(*want.(**T), *now.(*T)) }
	c.offer = func(want, has any) { *want.(**T) = new(*has.(*T)) }
	return c
}

// listCell returns what a list has. Two objects never share one.
func listCell[T any](show func([]T) Shown) cell {
	c := cellOf(show)
	c.copy = func(to, from any) { *to.(*[]T) = slices.Clone(*from.(*[]T)) }
	c.offer = c.copy
	return c
}

// orNil returns what p points to, nil for nil.
func orNil[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func wishText() wish {
	return wish{
		chooses: true,
		given: func(want any) (string, bool) {
			v := *want.(**string)
			return Value(v, ""), v != nil
		},
		take: func(want any, text string) { *want.(**string) = &text },
		wrong: func(p *report.Problems, m *Meta, want any) {
			switch v := *want.(**string); {
			case v == nil:
			case m.check != nil:
				m.check(p, m, *v)
			case m.Values != nil:
				oneOf(p, m.Spec, m.Words(), *v, m.Values...)
			}
		},
	}
}

// wishFlag treats an open flag as its default.
func wishFlag(fallback bool) wish {
	return wish{
		chooses: true,
		given: func(want any) (string, bool) {
			v := *want.(**bool)
			return ticked(Value(v, fallback)), v != nil
		},
		take: func(want any, text string) { *want.(**bool) = new(text == Ticked) },
	}
}

// wishTick sets a flag that is never left open.
func wishTick() wish {
	return wish{
		chooses: true,
		given:   func(want any) (string, bool) { return ticked(*want.(*bool)), true },
		take:    func(want any, text string) { *want.(*bool) = text == Ticked },
	}
}

// Ticked is the settings page's answer for a set flag.
const Ticked = "yes"

func ticked(set bool) string {
	if set {
		return Ticked
	}
	return ""
}

// entries returns the lines of a text without blank ones.
func entries(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// The prefixes of a pattern, and of an address for after the logout, on the settings page.
const (
	regexMark  = "regex:"
	logoutMark = "logout:"
)

func redirectLines(list []RedirectURI) string {
	return strings.Join(Each(list, func(r RedirectURI) string {
		line := r.URL
		if r.Mode == RedirectRegex {
			line = regexMark + line
		}
		if r.Logout() {
			line = logoutMark + line
		}
		return line
	}), "\n")
}

func redirectsIn(text string) []RedirectURI {
	var list []RedirectURI
	for _, line := range entries(text) {
		var kind RedirectType
		if address, ok := strings.CutPrefix(line, logoutMark); ok {
			line, kind = strings.TrimSpace(address), RedirectLogout
		}
		uri := RedirectURI{URL: line, Mode: RedirectStrict, Type: kind}
		if pattern, ok := strings.CutPrefix(line, regexMark); ok {
			uri = RedirectURI{URL: strings.TrimSpace(pattern), Mode: RedirectRegex, Type: kind}
		}
		list = append(list, uri)
	}
	return list
}
