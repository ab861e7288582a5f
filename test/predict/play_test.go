package predict_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/predict"
	"authpocket/internal/signin"
)

// fault is a field that PocketBase refuses, with the code it gives.
type fault struct{ Field, Code string }

// happened is what a real sign-in led to.
type happened struct {
	Outcome signin.Outcome
	// Of a refusal.
	Status  int
	Message string
	Fields  []fault
	MFA     bool
	Ruled   bool // the collection has a create rule, and nothing else is refused like one
	// Of the account that the person has afterwards, even if it may not sign in.
	Account  string
	Email    string
	Verified bool
	New      bool
}

// play sets up the world, describes it as a prediction needs it, signs in, and reads what happened.
func (s *server) play(ctx context.Context, w world) (p predict.World, h happened, err error) {
	s.played++
	name := fmt.Sprintf("world_%d", s.played)
	defer func() {
		gone := s.ask(ctx, http.MethodDelete, "/api/collections/"+name, nil, nil)
		if refused, ok := gone.(*refusal); err == nil && gone != nil && !(ok && refused.Status == http.StatusNotFound) {
			err = fmt.Errorf("deleting a world: %w", gone)
		}
	}()
	w.Claims = s.served(w.Claims)
	if err := s.set(ctx, w, name); err != nil {
		return p, h, err
	}
	before, err := s.records(ctx, name, "")
	if err != nil {
		return p, h, err
	}
	if p, err = s.describe(ctx, w, name, before); err != nil {
		return p, h, err
	}
	if h, err = s.signIn(ctx, w, name); err != nil {
		return p, h, err
	}
	h.Ruled = (p.Collection.CreateRule == nil || *p.Collection.CreateRule != "") && !unhashable(p)
	if err = s.readAccount(ctx, w, p.Collection, before, &h); err != nil {
		return p, h, err
	}
	switch {
	case h.Outcome != "":
	case h.New: // meta.isNew is always false in some old versions
		h.Outcome = signin.OutcomeNew
	case p.BySubject != nil:
		h.Outcome = signin.OutcomeReturns
	default:
		h.Outcome = signin.OutcomeLinked
	}
	return p, h, nil
}

// served puts the address of the provider's picture into the claims.
func (s *server) served(claims map[string]json.RawMessage) map[string]json.RawMessage {
	claims = maps.Clone(claims)
	for name, raw := range claims {
		claims[name] = json.RawMessage(strings.ReplaceAll(string(raw), pictures, s.openID.url+"/picture.png"))
	}
	return claims
}

// signIn signs the person in as a guest. It leaves the outcome empty if PocketBase lets the person in.
func (s *server) signIn(ctx context.Context, w world, name string) (h happened, err error) {
	s.openID.expect(name, w.Claims)
	body := map[string]any{"provider": w.Slot, "code": name, "codeVerifier": strings.Repeat("v", 43),
		"redirectURL": "http://127.0.0.1:1/api/oauth2-redirect"}
	var answer struct{ Record struct{ ID string } }
	switch err := s.call(ctx, http.MethodPost, "/api/collections/"+name+"/auth-with-oauth2", "", body,
		&answer).(type) {
	case nil:
		h.Account = answer.Record.ID
	case *refusal:
		h.Outcome, h.Status, h.Message, h.MFA = signin.OutcomeRefused, err.Status, err.Message, err.MFAID != ""
		for _, field := range slices.Sorted(maps.Keys(err.Data)) {
			h.Fields = append(h.Fields, fault{field, err.Data[field].Code})
		}
	default:
		return h, err
	}
	return h, nil
}

// readAccount reads the account that is linked with the person after the sign-in.
func (s *server) readAccount(ctx context.Context, w world, c link.CollectionState, before []values, h *happened) error {
	if h.Account == "" {
		links, err := s.records(ctx, "_externalAuths", fmt.Sprintf("collectionRef=%q && provider=%q", c.ID, w.Slot))
		if err != nil {
			return err
		}
		for _, one := range links {
			if textOf(one, "providerId") == w.claim("sub") {
				h.Account = textOf(one, "recordRef")
			}
		}
	}
	after, err := s.records(ctx, c.Name, "")
	if err != nil {
		return err
	}
	for _, one := range after {
		if textOf(one, "id") == h.Account {
			h.Email, h.Verified = textOf(one, "email"), trueIn(one, "verified")
			h.New = !slices.ContainsFunc(before, func(there values) bool { return textOf(there, "id") == h.Account })
		}
	}
	return nil
}

// describe returns the world as a prediction needs it, from PocketBase's own answers.
func (s *server) describe(ctx context.Context, w world, name string, records []values) (predict.World, error) {
	p := predict.World{Version: s.version, Slot: w.Slot, Claims: w.Claims, Holds: holds(records)}
	var page struct{ Items []collection }
	query := url.Values{"filter": {fmt.Sprintf("name=%q", name)}}
	if err := s.ask(ctx, http.MethodGet, "/api/collections?"+query.Encode(), nil, &page); err != nil {
		return p, err
	}
	if len(page.Items) != 1 {
		return p, fmt.Errorf("there are %d collections of the name %s", len(page.Items), name)
	}
	var err error
	if p.Collection, err = page.Items[0].state(); err != nil {
		return p, err
	}
	links, err := s.records(ctx, "_externalAuths", fmt.Sprintf("collectionRef=%q", p.Collection.ID))
	if err != nil {
		return p, err
	}
	for _, one := range records {
		a := &signin.Account{Values: one, ID: textOf(one, "id"), Email: textOf(one, "email"),
			Verified: trueIn(one, "verified")}
		for _, l := range links {
			if textOf(l, "recordRef") == a.ID && textOf(l, "provider") == w.Slot {
				a.LinkedSubject = textOf(l, "providerId")
			}
		}
		if a.LinkedSubject != "" && a.LinkedSubject == w.claim("sub") {
			p.BySubject = a
		}
		if email := w.claim("email"); email != "" && w.verified() && sameEmail(a.Email, email, anyCase(p.Collection)) {
			p.ByEmail = a
		}
	}
	return p, nil
}

// verified reports whether PocketBase takes the address as verified.
func (w *world) verified() bool {
	return signin.Truthy(w.Claims["email_verified"])
}

// anyCase reports whether the collection's index compares addresses without regard to case.
func anyCase(c link.CollectionState) bool {
	return slices.ContainsFunc(c.Indexes, func(index string) bool {
		return strings.Contains(index, "(`email` COLLATE NOCASE)")
	})
}

func sameEmail(a, b string, anyCase bool) bool { return a == b || anyCase && lowered(a) == lowered(b) }

// lowered returns the text in lower case as SQLite compares it, which knows A to Z only.
func lowered(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// holds answers from the records that are there.
func holds(records []values) func(field, value string, anyCase bool) (bool, error) {
	return func(field, value string, anyCase bool) (bool, error) {
		for _, one := range records {
			var text string
			if json.Unmarshal(one[field], &text) != nil {
				text = string(one[field])
			}
			if sameEmail(text, value, anyCase) {
				return true, nil
			}
		}
		return false, nil
	}
}

// unhashable reports whether a claim is too long for the password that it is mapped to (bcrypt takes 72 bytes). While
// PocketBase checks the create rule it refuses that with the same answer.
func unhashable(w predict.World) bool {
	m := w.Collection.OAuth2.Mapped
	for claim, name := range map[string]string{"sub": m.ID, "name": m.Name, "preferred_username": m.Username,
		"picture": m.AvatarURL} {
		var plain string
		if json.Unmarshal(w.Claims[claim], &plain) == nil && len(plain) > 72 &&
			slices.ContainsFunc(w.Collection.Fields, func(f link.CollectionField) bool {
				return f.Name == name && f.Type == "password"
			}) {
			return true
		}
	}
	return false
}
