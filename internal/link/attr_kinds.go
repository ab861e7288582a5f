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

// both returns a field that has the same type in spec and object.
func both[W, S, T any](m Meta, at func(*S) *T, want func(*W) **T, show func(T) Shown) Attr[W, S] {
	a := Attr[W, S]{Meta: m}
	if at != nil {
		a.state = stateOf(at, show)
	}
	if at != nil && want != nil {
		a.keep = func(to *S, w *W, now *S) { *at(to) = Value(*want(w), *at(now)) }
		a.offer = func(w *W, o *S) { *want(w) = new(*at(o)) }
	}
	return a
}

func text[W, S any](m Meta, at func(*S) *string, want func(*W) **string) Attr[W, S] {
	a := both(m, at, want, ShowText)
	if at != nil {
		a.visit = func(o *S, v Cells) { v.Text(at(o)) }
		a.answer = func(o *S) string { return *at(o) }
		a.reset = func(o *S, text string) { *at(o) = text }
	}
	if want != nil {
		a.wish = wishText(want)
	}
	return a
}

func tick[W, S any](m Meta, at func(*S) *bool, want func(*W) **bool) Attr[W, S] {
	a := both(m, at, want, ShowFlag)
	if at != nil {
		a.visit = func(o *S, v Cells) { v.Flag(at(o)) }
		a.answer = func(o *S) string { return ticked(*at(o)) }
		a.reset = func(o *S, text string) { *at(o) = text == "true" }
	}
	if want != nil {
		a.wish = wishFlag(want, m.Default == "true")
	}
	return a
}

// number returns a field that no spec sets.
func number[W, S any](m Meta, at func(*S) *int) Attr[W, S] {
	a := Attr[W, S]{Meta: m, state: stateOf(at, ShowNumber)}
	a.visit = func(o *S, v Cells) { v.Number(at(o)) }
	return a
}

// orNull returns a flag that may be null, which means its default.
func orNull[W, S any](m Meta, at func(*S) **bool, want func(*W) **bool) Attr[W, S] {
	on := m.Default == "true"
	a := Attr[W, S]{Meta: m, state: stateOf(at, func(b *bool) Shown { return ShowFlag(Value(b, on)) }),
		wish: wishFlag(want, on)}
	a.answer = func(o *S) string { return ticked(Value(*at(o), on)) }
	a.offer = func(w *W, o *S) { *want(w) = *at(o) }
	a.Plain = func(o *S) any { return orNil(*at(o)) }
	a.Same = func(x, y *S) bool { return a.Plain(x) == a.Plain(y) }
	a.keep = func(to *S, w *W, now *S) {
		*at(to) = *at(now)
		if wanted := *want(w); wanted != nil && *wanted != Value(*at(now), on) {
			*at(to) = wanted
		}
	}
	return a
}

// rule returns a rule of a collection. A null rule admits superusers only, an empty one everyone.
func rule[W, S any](m Meta, at func(*S) **string, want func(*W) **string) Attr[W, S] {
	a := Attr[W, S]{Meta: m, state: stateOf(at, func(r *string) Shown { return ShowText(ruleText(r)) }),
		wish: wishText(want)}
	a.Plain = func(o *S) any { return orNil(*at(o)) }
	a.Same = func(x, y *S) bool { return a.Plain(x) == a.Plain(y) }
	a.keep = func(to *S, w *W, now *S) { *at(to) = cmp.Or(*want(w), *at(now)) }
	return a
}

// sensitive returns a secret. Receipts hold no secrets, so restoring one from a receipt keeps the current
// value.
func sensitive[W, S any](m Meta, at func(*S) *secret.Text, want func(*W) **secret.Text) Attr[W, S] {
	m.Sensitive = true
	a := Attr[W, S]{Meta: m, state: stateOf(at, maskOf)}
	a.visit = func(o *S, v Cells) { v.Secret(at(o)) }
	a.secret = func(o *S) secret.Text { return *at(o) }
	a.Copy = func(to, from *S) {
		if at(from).IsSet() {
			*at(to) = *at(from)
		}
	}
	a.chooses = true
	a.wrong = func(p *report.Problems, m Meta, w *W) {
		if v := *want(w); v != nil && m.check != nil {
			m.check(p, m, v.Reveal())
		}
	}
	return a
}

func maskOf(t secret.Text) Shown {
	if t.IsSet() {
		return ShowMask(MaskedSet)
	}
	return ShowMask(MaskedNone)
}

// ref returns a reference to an object of authentik, which a spec names.
func ref[W, S any](m Meta, at func(*S) *Ref, want func(*W) **string) Attr[W, S] {
	a := Attr[W, S]{Meta: m, state: stateOf(at, func(r Ref) Shown { return ShowText(refName(r)) }),
		wish: wishText(want)}
	a.visit = func(o *S, v Cells) { v.Ref(at(o)) }
	a.answer = func(o *S) string {
		if m.Ask.Open {
			return at(o).Name
		}
		return refName(*at(o)) // an empty answer would clear a reference that the token can't see
	}
	a.offer = func(w *W, o *S) {
		if r := at(o); r.Name != "" { // the token can see it
			*want(w) = &r.Name
		}
	}
	return a
}

func refs[W, S any](m Meta, at func(*S) *[]Ref) Attr[W, S] {
	a := Attr[W, S]{Meta: m, state: stateOf(at, func(list []Ref) Shown { return ShowList(refNames(list)) })}
	a.visit = func(o *S, v Cells) { v.Refs(at(o)) }
	a.Copy = func(to, from *S) { *at(to) = slices.Clone(*at(from)) }
	a.chooses = m.Spec != ""
	return a
}

func texts[W, S any](m Meta, at func(*S) *[]string, want func(*W) *[]string) Attr[W, S] {
	a := Attr[W, S]{Meta: m}
	if at != nil {
		a.state = stateOf(at, ShowList)
		a.visit = func(o *S, v Cells) { v.Texts(at(o)) }
		a.Copy = func(to, from *S) { *at(to) = slices.Clone(*at(from)) }
		a.Plain = func(o *S) any { return append([]string{}, *at(o)...) }
		a.answer = func(o *S) string { return strings.Join(*at(o), "\n") }
	}
	if want == nil {
		return a
	}
	if at != nil {
		a.offer = func(w *W, o *S) { *want(w) = slices.Clone(*at(o)) }
	}
	a.wish = wish[W]{
		chooses: true,
		Given:   func(w *W) (string, bool) { return strings.Join(*want(w), "\n"), *want(w) != nil },
		Take:    func(w *W, text string) { *want(w) = entries(text) },
		wrong: func(p *report.Problems, m Meta, w *W) {
			for i, one := range *want(w) {
				if m.check != nil {
					m.Spec = FieldAt(a.Spec, i)
					m.check(p, m, one)
				}
			}
		},
	}
	return a
}

func redirects[W, S any](m Meta, at func(*S) *[]RedirectURI, want func(*W) *[]RedirectURI) Attr[W, S] {
	a := Attr[W, S]{Meta: m,
		state: stateOf(at, func(list []RedirectURI) Shown { return ShowList(RedirectNames(list)) })}
	a.visit = func(o *S, v Cells) { v.Redirects(at(o)) }
	a.Copy = func(to, from *S) { *at(to) = slices.Clone(*at(from)) }
	a.offer = func(w *W, o *S) { *want(w) = slices.Clone(*at(o)) }
	a.wish = wish[W]{
		chooses: true,
		Given:   func(w *W) (string, bool) { return redirectLines(*want(w)), *want(w) != nil },
		Take:    func(w *W, text string) { *want(w) = redirectsIn(text) },
		wrong:   func(p *report.Problems, m Meta, w *W) { validateRedirects(p, m.Spec, *want(w)) },
	}
	return a
}

// assigned returns an application's provider: its primary key and its name.
func assigned[W, S any](m Meta, pk func(*S) *int, name func(*S) *string) Attr[W, S] {
	a := Attr[W, S]{Meta: m, state: stateOf(name, ShowText)}
	a.visit = func(o *S, v Cells) { v.Assigned(pk(o), name(o)) }
	a.Copy = func(to, from *S) { *pk(to), *name(to) = *pk(from), *name(from) }
	return a
}

func stateOf[S, T any](at func(*S) *T, show func(T) Shown) state[S] {
	return state[S]{
		at:    func(o *S) any { return at(o) },
		Show:  func(o *S) Shown { return show(*at(o)) },
		Copy:  func(to, from *S) { *at(to) = *at(from) },
		Same:  func(a, b *S) bool { return show(*at(a)).Equal(show(*at(b))) },
		Plain: func(o *S) any { return *at(o) },
	}
}

// orNil returns what p points to, nil for nil.
func orNil[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func wishText[W any](want func(*W) **string) wish[W] {
	return wish[W]{
		chooses: true,
		Given:   func(w *W) (string, bool) { return Value(*want(w), ""), *want(w) != nil },
		Take:    func(w *W, text string) { *want(w) = &text },
		wrong: func(p *report.Problems, m Meta, w *W) {
			switch v := *want(w); {
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
func wishFlag[W any](want func(*W) **bool, fallback bool) wish[W] {
	return wish[W]{
		chooses: true,
		Given:   func(w *W) (string, bool) { return ticked(Value(*want(w), fallback)), *want(w) != nil },
		Take:    func(w *W, text string) { *want(w) = new(text == Ticked) },
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

// wishTick sets a flag that is never left open.
func wishTick[W any](want func(*W) *bool) wish[W] {
	return wish[W]{
		chooses: true,
		Given:   func(w *W) (string, bool) { return ticked(*want(w)), true },
		Take:    func(w *W, text string) { *want(w) = text == Ticked },
	}
}
