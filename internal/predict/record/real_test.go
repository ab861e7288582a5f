package record_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/predict/record"
	"authpocket/internal/say"
	"authpocket/sandbox/pocketbasehost"
)

const release = "0.39.11"

// realThing is a PocketBase whose sign-ins get their claims from the test.
type realThing struct {
	server *pocketbasehost.Server
	claims json.RawMessage // of the next sign-in
	made   int             // the number of collections

	body, before map[string]any // what the last create request saw
}

// startReal starts a PocketBase and a provider for it.
func startReal(t *testing.T) *realThing {
	r := &realThing{server: pbtest.Start(t)}
	r.server.App().OnRecordCreateRequest().BindFunc(func(e *core.RecordRequestEvent) error {
		info, err := e.RequestInfo()
		if err != nil {
			return err
		}
		r.body, r.before = plainMap(info.Body), plainRecord(e.Record)
		return e.Next()
	})
	return r
}

// provider starts a provider that answers with the claims.
func (r *realThing) provider(t *testing.T) string {
	return pbtest.Serve(t, func(w http.ResponseWriter, req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/token") {
			pbtest.AnswerJSON(w, http.StatusOK, `{"access_token":"token","token_type":"Bearer"}`)
			return
		}
		pbtest.AnswerJSON(w, http.StatusOK, string(r.claims))
	})
}

// collection saves a collection that signs in with the provider, and reports whether PocketBase took it.
func (r *realThing) collection(provider string, change func(*core.Collection)) (*core.Collection, error) {
	r.made++
	c := core.NewAuthCollection(fmt.Sprintf("people%d", r.made))
	c.CreateRule = types.Pointer("")
	c.AuthAlert.Enabled = false
	password, _ := c.Fields.GetByName("password").(*core.PasswordField)
	password.Cost = 4
	c.OAuth2 = core.OAuth2Config{Enabled: true, Providers: []core.OAuth2ProviderConfig{{
		Name: "oidc", ClientId: "client", ClientSecret: "secret", AuthURL: provider + "/auth",
		TokenURL: provider + "/token", UserInfoURL: provider + "/userinfo",
	}}}
	change(c)
	return c, r.server.App().Save(c)
}

// signIn signs a person with the claims in and returns the status and what PocketBase refuses.
func (r *realThing) signIn(t rapid.TB, c *core.Collection, claims map[string]any) (int, []record.Fault) {
	data, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	r.claims, r.body, r.before = data, nil, nil
	body := `{"provider":"oidc","code":"code","redirectURL":"http://127.0.0.1/back"}`
	req := httptest.NewRequest(http.MethodPost,
		r.server.URL()+"/api/collections/"+c.Name+"/auth-with-oauth2", strings.NewReader(body))
	req.RequestURI = ""
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Message string
		Data    map[string]struct{ Code string }
	}
	var all bytes.Buffer
	if _, err := all.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode == http.StatusOK {
		return res.StatusCode, nil
	}
	if err := json.Unmarshal(all.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v", all.String(), err)
	}
	if len(answer.Data) == 0 {
		t.Logf("refused without a field: %s", all.String())
		return res.StatusCode, []record.Fault{{}}
	}
	var faults []record.Fault
	for field, problem := range answer.Data {
		faults = append(faults, record.Fault{Field: field, Code: problem.Code})
	}
	return res.StatusCode, sorted(faults)
}

func sorted(faults []record.Fault) []record.Fault {
	slices.SortFunc(faults, func(a, b record.Fault) int { return strings.Compare(a.Field, b.Field) })
	return faults
}

// holds looks a value up in the database.
func (r *realThing) holds(c *core.Collection) record.Lookup {
	return func(field, value string, anyCase bool) (bool, error) {
		var same any = value
		if _, isBool := c.Fields.GetByName(field).(*core.BoolField); isBool {
			same = value == "true"
		}
		expr := "[[" + field + "]] = {:v}"
		if anyCase {
			expr += " COLLATE NOCASE"
		}
		var n int
		err := r.server.App().DB().Select("count(*)").From(c.Name).
			Where(dbx.NewExp(expr, dbx.Params{"v": same})).Row(&n)
		return n > 0, err
	}
}

// state returns the collection as authpocket reads it.
func state(t rapid.TB, c *core.Collection) link.CollectionState {
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Fields  []json.RawMessage
		Indexes []string
	}
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	m := c.OAuth2.MappedFields
	s := link.CollectionState{ID: c.Id, Name: c.Name, Indexes: read.Indexes, OAuth2: link.OAuth2State{
		Mapped: link.MappedFields{ID: m.Id, Name: m.Name, Username: m.Username, AvatarURL: m.AvatarURL},
	}}
	for _, raw := range read.Fields {
		var f link.CollectionField
		if err := json.Unmarshal(raw, &f); err != nil {
			t.Fatal(err)
		}
		f.Options = raw
		s.Fields = append(s.Fields, f)
	}
	return s
}

// plain returns a value of PocketBase with the type that a draft has.
func plain(value any) any {
	switch v := value.(type) {
	case types.DateTime:
		return v.String()
	case types.GeoPoint:
		return v.AsMap()
	case types.JSONRaw:
		var decoded any
		if json.Unmarshal(v, &decoded) != nil {
			return nil
		}
		return decoded
	case []any:
		list := []string{}
		for _, one := range v {
			list = append(list, fmt.Sprint(one))
		}
		return list
	}
	return value
}

func plainMap(values map[string]any) map[string]any {
	copied := maps.Clone(values)
	for k, v := range copied {
		copied[k] = plain(v)
	}
	return copied
}

func plainRecord(r *core.Record) map[string]any { return plainMap(r.FieldsData()) }

// differ returns where PocketBase's values are not those of the draft, except those that the draft calls unknown.
func differ(draft, real map[string]any, unknown map[string]string) []string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(real)) {
		want, known := draft[key]
		if want == nil && unknown[key] != "" {
			continue
		}
		if got := real[key]; !known || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
			list = append(list, fmt.Sprintf("%s: PocketBase has %#v, the draft has %#v", key, got, want))
		}
	}
	for key := range draft {
		if _, known := real[key]; !known && unknown[key] == "" {
			list = append(list, key+": only the draft has it")
		}
	}
	return list
}

// compare signs a person in and compares what PocketBase makes of it with the draft.
func (r *realThing) compare(t *rapid.T, c *core.Collection, claims map[string]any) {
	raw := map[string]json.RawMessage{}
	for k, v := range claims {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		raw[k] = data
	}
	user, err := record.Read(raw, release)
	if err != nil {
		t.Fatal(err)
	}
	if user.Email != "" {
		if _, err := r.server.App().FindAuthRecordByEmail(c, user.Email); err == nil {
			return // the person has an account
		}
	}
	s := state(t, c)
	draft := record.New(&s, user, release, record.Known{Holds: r.holds(c)})
	status, faults := r.signIn(t, c, claims)
	where := func() string {
		return fmt.Sprintf("claims %q\nmapped %+v\nindexes %v\ndoubts %q%s", claims, c.OAuth2.MappedFields, c.Indexes,
			draft.Doubts, options(s))
	}
	want := sorted(slices.Clone(draft.Faults))
	same := slices.Equal(faults, want) && (status == http.StatusOK) == (len(want) == 0)
	if !same && !excused(draft.Doubts) {
		t.Fatalf("PocketBase answers %d %v, the draft has %v\n%s", status, faults, want, where())
	}
	if r.before == nil && slices.Equal(draft.Faults, []record.Fault{{}}) {
		return
	}
	if r.before == nil {
		t.Fatalf("PocketBase did not try to create a record\n%s", where())
	}
	r.before["verified"] = false
	if d := differ(draft.Body, r.body, draft.Unknown); d != nil {
		t.Fatalf("@request.body: %s\n%s", strings.Join(d, "\n"), where())
	}
	if d := differ(draft.Before, r.before, draft.Unknown); d != nil {
		t.Fatalf("before: %s\n%s", strings.Join(d, "\n"), where())
	}
	if status != http.StatusOK {
		return
	}
	saved, err := r.saved(c, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := differ(draft.After, saved, draft.Unknown); d != nil {
		t.Fatalf("after: %s\n%s", strings.Join(d, "\n"), where())
	}
}

// excused reports whether a doubt allows for another outcome. That an ID is free in other collections does not.
func excused(doubts []say.Text) bool {
	return slices.ContainsFunc(doubts, func(d say.Text) bool {
		return !strings.Contains(d.String(),
			"with the same ID")
	})
}

// saved returns the record of the subject.
func (r *realThing) saved(c *core.Collection, subject string) (map[string]any, error) {
	app := r.server.App()
	linked, err := app.FindFirstExternalAuthByExpr(dbx.HashExp{"collectionRef": c.Id, "providerId": subject})
	if err != nil {
		return nil, err
	}
	found, err := app.FindRecordById(c, linked.RecordRef())
	if err != nil {
		return nil, err
	}
	return plainRecord(found), nil
}
