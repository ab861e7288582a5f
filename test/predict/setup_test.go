package predict_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// errVoid marks a world that PocketBase refuses to set up, such as an account that breaks an index.
var errVoid = errors.New("PocketBase takes no such world")

// set puts the world into PocketBase, in a collection of that name.
func (s *server) set(ctx context.Context, w world, name string) error {
	first := s.collection(w, name)
	if len(w.Accounts) > 0 {
		first["fields"], first["indexes"] = relaxed(w.Fields), []string{}
		first["mfa"] = map[string]any{"enabled": false}
		first["createRule"], first["authRule"] = "", ""
	}
	var made struct {
		Fields []struct{ ID, Name string }
	}
	if err := s.ask(ctx, http.MethodPost, "/api/collections", first, &made); err != nil {
		return void(err)
	}
	for _, a := range w.Accounts {
		if err := s.account(ctx, a, name); err != nil {
			return err
		}
	}
	if len(w.Accounts) == 0 {
		return nil
	}
	last := s.collection(w, name)
	for _, f := range last["fields"].([]field) {
		for _, there := range made.Fields {
			if there.Name == f.name() {
				f["id"] = there.ID
			}
		}
	}
	return void(s.ask(ctx, http.MethodPatch, "/api/collections/"+name, last, nil))
}

// void marks an error as errVoid if PocketBase refused.
func void(err error) error {
	if _, refused := err.(*refusal); refused {
		return fmt.Errorf("%w: %w", errVoid, err)
	}
	return err
}

// collection returns the world's collection as the API takes it.
func (s *server) collection(w world, name string) map[string]any {
	var fields []field
	for _, f := range w.Fields {
		fields = append(fields, maps.Clone(f))
	}
	provider := map[string]any{"name": w.Slot, "displayName": "authentik", "clientId": clientID,
		"clientSecret": "secret", "authURL": s.openID.url + "/authorize", "tokenURL": s.openID.url + "/token",
		"userInfoURL": s.openID.url + "/userinfo", "pkce": false}
	if w.IDToken {
		delete(provider, "userInfoURL")
	}
	mfa := map[string]any{"enabled": w.MFARule != nil, "duration": 600, "rule": ""}
	if w.MFARule != nil {
		mfa["rule"] = named(*w.MFARule, name)
	}
	body := map[string]any{
		"name": name, "type": "auth", "fields": fields, "indexes": []string{}, "mfa": mfa,
		"otp":        map[string]any{"enabled": w.OTP, "duration": 180, "length": 8},
		"authAlert":  map[string]any{"enabled": false},
		"oauth2":     map[string]any{"enabled": true, "mappedFields": w.Mapped, "providers": []any{provider}},
		"createRule": nil, "authRule": nil,
	}
	for _, index := range w.Indexes {
		body["indexes"] = append(body["indexes"].([]string), named(index, name))
	}
	if w.CreateRule != nil {
		body["createRule"] = named(*w.CreateRule, name)
	}
	if w.AuthRule != nil {
		body["authRule"] = named(*w.AuthRule, name)
	}
	return body
}

func named(text, collection string) string { return strings.ReplaceAll(text, here, collection) }

// relaxed returns the fields without what would refuse an account: existing accounts may be older than a field's
// options.
func relaxed(fields []field) (list []field) {
	kept := []string{"name", "type", "system", "hidden", "values", "maxSelect", "collectionId", "cost", "onCreate",
		"onUpdate"}
	for _, f := range fields {
		if f.name() == "id" || f.name() == "tokenKey" {
			continue
		}
		f = maps.Clone(f)
		maps.DeleteFunc(f, func(option string, _ any) bool { return !slices.Contains(kept, option) })
		list = append(list, f)
	}
	return list
}

// account creates an account and its links.
func (s *server) account(ctx context.Context, a account, collection string) error {
	body := map[string]any{"password": "correct horse battery", "passwordConfirm": "correct horse battery"}
	maps.Copy(body, a.Values)
	var made struct{ ID, CollectionID string }
	if err := s.ask(ctx, http.MethodPost, "/api/collections/"+collection+"/records", body, &made); err != nil {
		return void(err)
	}
	for slot, subject := range a.Links {
		link := map[string]any{"collectionRef": made.CollectionID, "recordRef": made.ID, "provider": slot,
			"providerId": subject}
		if err := s.ask(ctx, http.MethodPost, "/api/collections/_externalAuths/records", link, nil); err != nil {
			return void(err)
		}
	}
	return nil
}
