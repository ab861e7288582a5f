package predict_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"authpocket/internal/link"
)

// worlds generates worlds: a fresh installation with accounts, and with up to three oddities.
func worlds() *rapid.Generator[world] {
	return rapid.Custom(func(t *rapid.T) world {
		d, w, ofNew := dice{t}, freshWorld(), false
		for range likely(d, weighted[int]{10, 0}, weighted[int]{52, 1}, weighted[int]{28, 2}, weighted[int]{10, 3}) {
			odd := likely(d, oddities()...)
			odd.draw(d, &w)
			ofNew = ofNew || odd.ofNew
		}
		// The accounts come last, because they repeat what the claims say.
		if !ofNew || d.chance(45) {
			likely(d, accounts()...)(d, &w)
		}
		return w
	})
}

type draws = func(dice, *world)

// oddity is something that a fresh installation has not.
type oddity struct {
	draw  draws
	ofNew bool // it matters most to people without an account
}

func oddities() []weighted[oddity] {
	return []weighted[oddity]{
		{16, oddity{mappedField, true}}, {10, oddity{oddClaim, false}}, {6, oddity{extraField, true}},
		{8, oddity{systemOption, true}}, {8, oddity{createRule, true}}, {7, oddity{authRule, false}},
		{5, oddity{secondFactor, false}}, {6, oddity{uniqueIndex, true}}, {3, oddity{emailIndex, false}},
		{5, oddity{mappedElsewhere, true}}, {3, oddity{otherSlot, false}}, {2, oddity{idToken, false}},
		{1, oddity{otp, false}},
	}
}

func otherSlot(d dice, w *world) { w.Slot = one(d, link.Slots()[1:]...) }

func idToken(_ dice, w *world) { w.IDToken = true }

func otp(_ dice, w *world) { w.OTP = true }

// accounts returns who may be there before the sign-in.
func accounts() []weighted[draws] {
	return []weighted[draws]{
		{16, func(dice, *world) {}},
		{34, returning},
		{22, func(d dice, w *world) { w.existing(d, w.claim("email"), true) }},
		{11, func(d dice, w *world) { w.existing(d, w.claim("email"), false) }},
		{4, func(d dice, w *world) { w.existing(d, strings.ToUpper(w.claim("email")), d.chance(50)) }},
		{5, anotherSubject},
		{6, anotherSlot},
		{5, func(d dice, w *world) { w.existing(d, "grace@example.com", d.chance(50)) }},
	}
}

var address = regexp.MustCompile(`^[a-zA-Z.+]{1,64}@([a-zA-Z]+\.)+[a-zA-Z]+$`)

// existing adds an account and returns it.
func (w *world) existing(d dice, email string, verified bool) account {
	a := account{Values: map[string]any{"verified": verified}, Links: map[string]string{}}
	taken := slices.ContainsFunc(w.Accounts, func(there account) bool { return there.Values["email"] == email })
	if address.MatchString(email) && !taken {
		a.Values["email"] = email
	}
	if d.chance(30) {
		a.Values["name"] = one(d, "Somebody", "ada", "A name of more than five letters")
	}
	w.Accounts = append(w.Accounts, a)
	return a
}

// returning adds an account that is linked with the subject in the slot.
func returning(d dice, w *world) {
	a := w.existing(d, one(d, w.claim("email"), "former@example.com", ""), d.chance(70))
	if subject := w.claim("sub"); subject != "" {
		a.Links[w.Slot] = subject
	}
	if d.chance(15) {
		a.Links[one(d, "oidc", "oidc2", "oidc3")] = "subject-of-another"
	}
	if d.chance(15) { // and the address has moved on to another account
		w.existing(d, one(d, w.claim("email"), "grace@example.com"), d.chance(50))
	}
}

func anotherSubject(d dice, w *world) {
	w.existing(d, w.claim("email"), d.chance(50)).Links[w.Slot] = "subject-of-another"
}

func anotherSlot(d dice, w *world) {
	other := "oidc3"
	if w.Slot == other {
		other = "oidc2"
	}
	w.existing(d, w.claim("email"), d.chance(70)).Links[other] = one(d, w.claim("sub"), "subject-of-another")
}

// uniqueIndex makes a field unique, and gives its value to an account.
func uniqueIndex(d dice, w *world) {
	m := one(d, mappings()[:2]...)
	name := *m.to(w)
	if name == "" {
		*m.to(w), name = m.field, m.field
		w.add(field{"name": name, "type": "text"})
	}
	column := fmt.Sprintf("`%s`%s", name, one(d, "", " COLLATE NOCASE", " collate nocase"))
	where := one(d, "", "", fmt.Sprintf(" WHERE `%s` != ''", name))
	if d.chance(10) {
		column += ", `email`"
	}
	w.Indexes = append(w.Indexes, fmt.Sprintf("CREATE UNIQUE INDEX `idx_%s_%s` ON `%s` (%s)%s", name, here, here,
		column, where))
	held := w.claim(m.claim)
	a := w.existing(d, "grace@example.com", true)
	maps.Copy(a.Values, map[string]any{name: one(d, held, strings.ToUpper(held), "Grace Hopper", "")})
}

// emailIndex compares addresses without regard to case, or in part.
func emailIndex(d dice, w *world) {
	w.Indexes = append(w.Indexes, fmt.Sprintf("CREATE UNIQUE INDEX `idx_email_%s` ON `%s` (`email`%s) "+
		"WHERE `email` != ''", here, here, one(d, " COLLATE NOCASE", "")))
	if email := w.claim("email"); d.chance(60) {
		w.existing(d, one(d, strings.ToUpper(email), strings.ToUpper(email[:min(1, len(email))])+email[min(1,
			len(email)):]), d.chance(60))
	}
}
