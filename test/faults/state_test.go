package faults_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"authpocket/sandbox/authentiksim"
)

func itoa(n int) string { return strconv.Itoa(n) }

// state is the state of both systems as text. Keys, times and values generated for
// the link are replaced by placeholders. Everything else is included, even the
// client secrets in PocketBase's data file.
type state struct {
	text string
	// agree is set if the link's provider and PocketBase's slot have the same
	// client ID and secret.
	agree bool
	id    string // the link's client ID
}

// capture reads both systems, bypassing the proxies.
func (l *lab) capture() state {
	l.t.Helper()
	snap := l.sim.Snapshot()
	s := state{agree: true}
	pairs := slices.Clone(l.own)
	for _, p := range snap.Providers {
		if strings.HasPrefix(p.ClientID, "client-") { // those of the other applications
			continue
		}
		s.id = p.ClientID
		s.agree = s.agree && strings.Count(l.users(), `"`+p.ClientSecret+`"`) == 1 &&
			strings.Count(l.users(), `"`+p.ClientID+`"`) == 1
		pairs = append(pairs, p.ClientSecret, "the client secret")
		if len(p.ClientID) == 40 { // generated
			pairs = append(pairs, p.ClientID, "the client id")
		}
	}
	names := strings.NewReplacer(pairs...)
	seen := map[string]any{"authentik": authentikText(snap, names), "pocketbase": l.pocketbaseText()}
	text, err := json.MarshalIndent(seen, "", " ")
	l.must(err)
	s.text = names.Replace(string(text))
	return s
}

// users returns the options of the collection users in the data file.
func (l *lab) users() string {
	for _, row := range l.rows() {
		if row.columns["name"].String == "users" {
			return row.columns["options"].String
		}
	}
	return ""
}

// foreign returns the entries of the foreign providers, byte for byte.
func (l *lab) foreign() string {
	l.t.Helper()
	var options struct {
		OAuth2 struct{ Providers []json.RawMessage }
	}
	l.must(json.Unmarshal([]byte(l.users()), &options))
	var out []string
	for _, raw := range options.OAuth2.Providers {
		for _, secret := range foreignSecrets {
			if strings.Contains(string(raw), secret) {
				out = append(out, string(raw))
			}
		}
	}
	return strings.Join(out, "\n")
}

// pocketbaseText returns every collection and the settings, without the time of
// the last change and the key of the users' tokens, which PocketBase renews when
// the auth rule changes.
func (l *lab) pocketbaseText() map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, row := range l.rows() {
		columns := map[string]any{}
		for name, value := range row.columns {
			columns[name] = parsed(value.String)
		}
		delete(columns, "updated")
		if options, ok := columns["options"].(map[string]any); ok && row.columns["name"].String == "users" {
			delete(options, "authToken")
		}
		out[row.table+"/"+row.id] = columns
	}
	return out
}

// parsed returns a column's JSON value, or its text.
func parsed(text string) any {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	return value
}

// authentikText lists every object that an admin can create. Primary keys are
// replaced by names, so that duplicates show.
func authentikText(snap authentiksim.Snapshot, values *strings.Replacer) map[string][]string {
	names := namesOf(snap)
	named := func(keys []string) []string {
		out := make([]string, len(keys))
		for i, key := range keys {
			out[i] = names[key]
		}
		slices.Sort(out)
		return out
	}
	out := map[string][]string{}
	for _, m := range snap.ScopeMappings {
		m.PK = ""
		out["mappings"] = append(out["mappings"], shown(m))
	}
	for _, p := range snap.Providers {
		p.PK, p.PropertyMappings = 0, named(p.PropertyMappings)
		for _, key := range []*string{&p.AuthenticationFlow, &p.AuthorizationFlow, &p.InvalidationFlow, &p.SigningKey} {
			*key = names[*key]
		}
		slices.Sort(p.GrantTypes)
		out["providers"] = append(out["providers"], shown(p))
	}
	for _, a := range snap.Applications {
		provider := names[itoa(a.Provider)]
		a.PK, a.Provider = "", 0
		out["applications"] = append(out["applications"], shown(a)+" provider: "+provider)
	}
	for _, b := range snap.Bindings {
		b.PK, b.Target, b.Group, b.Policy = "", names[b.Target], names[b.Group], names[b.Policy]
		out["bindings"] = append(out["bindings"], shown(b))
	}
	for _, k := range snap.KeyPairs {
		out["keys"] = append(out["keys"], k.Name+" "+k.Type)
	}
	out["others"] = []string{fmt.Sprintf("%d users, %d groups, %d roles, %d tokens, %d flows", len(snap.Users),
		len(snap.Groups), len(snap.Roles), len(snap.Tokens), len(snap.Flows))}
	for _, list := range out {
		for i := range list {
			list[i] = values.Replace(list[i])
		}
		slices.Sort(list)
	}
	return out
}

// namesOf returns the names of all objects by primary key.
func namesOf(snap authentiksim.Snapshot) map[string]string {
	names := map[string]string{}
	for _, m := range snap.ScopeMappings {
		names[m.PK] = m.Name
	}
	for _, f := range snap.Flows {
		names[f.PK] = f.Slug
	}
	for _, k := range snap.KeyPairs {
		names[k.PK] = k.Name
	}
	for _, a := range snap.Applications {
		names[a.PK] = a.Slug
	}
	for _, g := range snap.Groups {
		names[g.PK] = g.Name
	}
	for _, p := range snap.Providers {
		names[itoa(p.PK)] = p.Name
	}
	return names
}

// shown returns a row as one line without its empty fields.
func shown(row any) string {
	raw, err := json.Marshal(row)
	if err != nil {
		return err.Error()
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err.Error()
	}
	maps.DeleteFunc(fields, func(_ string, value any) bool {
		text := fmt.Sprint(value)
		return value == nil || text == "" || text == "0" || text == "false" || text == "[]"
	})
	raw, err = json.Marshal(fields)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}
