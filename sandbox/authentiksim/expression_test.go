package authentiksim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func marshal(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func read(t *testing.T, answered *http.Response) reply {
	t.Helper()
	text, err := io.ReadAll(answered.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := reply{Response: answered, body: text}
	_ = json.Unmarshal(text, &r.json) // pages stay nil
	return r
}

const cannot = "this simulated authentik cannot evaluate this expression"

func TestExpressions(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(object{"email_verified": true, "word": "yes", "empty": ""})
	bob := w.sim.AddPerson("bob", "Bob", "", "x", nil)
	w.must("POST", "/core/groups/", object{"name": "pb-users", "users": []int{ada}})
	const verified = `bool(request.user.email) and request.user.attributes.get("email_verified", False) is True`
	for expression, want := range map[string]struct{ ada, bob string }{
		`return {}`:                         {`{}`, `{}`},
		"return {'a': '''b\nc''', 'd': ''}": {`{"a":"b\nc","d":""}`, `{"a":"b\nc","d":""}`},
		`return {"email": request.user.email, "email_verified": True}`: {
			`{"email":"ada@example.com","email_verified":true}`, `{"email":"","email_verified":true}`},
		"return {\n  'email_verified' : False ,\n}": {
			`{"email_verified":false}`, `{"email_verified":false}`},
		`return {"v": bool(request.user.email)}`:                             {`{"v":true}`, `{"v":false}`},
		`return {"v": request.user.attributes.get("email_verified", False)}`: {`{"v":true}`, `{"v":false}`},
		`return {"v": request.user.attributes.get('nothing')}`:               {`{"v":null}`, `{"v":null}`},
		`return {"v": ` + verified + `}`:                                     {`{"v":true}`, `{"v":false}`},
		`return {"v": (request.user.name and request.user.username)}`:        {`{"v":"ada"}`, `{"v":"bob"}`},
		`return {"v": request.user.attributes.get("word") is True}`:          {`{"v":false}`, `{"v":false}`},
		`return {"v": request.user.attributes.get("word") is None}`:          {`{"v":false}`, `{"v":true}`},
		`return {"v": request.user.attributes.get("empty", "x") and 'y'}`:    {`{"v":""}`, `{"v":"y"}`},
		`return {"g": [group.name for group in request.user.groups.all()]}`:  {`{"g":["pb-users"]}`, `{"g":[]}`},
		`return {"g": [group.name for group in request.user.groups.all() if group.name in ["x", "pb-users"]]}`: {
			`{"g":["pb-users"]}`, `{"g":[]}`},
		"return {'g': [group.name for group in request.user.groups.all()\n if group.name in ['x']]}": {
			`{"g":[]}`, `{"g":[]}`},
		`return {"g": [group.name for group in request.user.groups.all() if group.name in ["\x70b\u002d\U00000075sers"]]}`: {
			`{"g":["pb-users"]}`, `{"g":[]}`},
		`return {"g": [group.name for group in groups.all()]}`:                                   {cannot, cannot},
		`return {"g": [group.name for group in request.user.groups.all() if group.name != "x"]}`: {cannot, cannot},
		"# a comment {\nreturn {'a': 'it''s'} # }":                                               {cannot, cannot}, // two adjacent strings
		`return {"email": request.user.email.lower()}`:                                           {cannot, cannot},
		`return {"v": not request.user.email}`:                                                   {cannot, cannot},
		`return ["x", 2, ]`:                                                                      {`["x",2]`, `["x",2]`},
		`return {"v": [request.user.name], "n": {"a": 1}}`: {`{"n":{"a":1},"v":["Ada Lovelace"]}`,
			`{"n":{"a":1},"v":["Bob"]}`},
		`return request.user.attributes["word"]`: {`"yes"`, "KeyError: 'word'"},
		`return None`:                            {`null`, `null`},
		`return request.user.attributes`:         {cannot, cannot},
		`x = 1`:                                  {cannot, cannot},
		`return {"a": 1 "b": 2}`:                 {cannot, cannot},
	} {
		mapping := w.sim.AddScopeMapping("mapping", "x", expression)
		for user, want := range map[int]string{ada: want.ada, bob: want.bob} {
			tested := w.must("POST", "/propertymappings/all/"+mapping+"/test/", object{"user": user})
			works := want != cannot && !strings.HasPrefix(want, "KeyError")
			if tested["result"] != want || tested["successful"] != works {
				t.Errorf("%s\nfor %d is %v, want %s", expression, user, tested, want)
			}
		}
	}
}

func TestManagedExpressionsCanBeEvaluated(t *testing.T) {
	w := newWorld(t, "")
	for _, m := range w.sim.Snapshot().ScopeMappings {
		if tested := w.must("POST", "/propertymappings/all/"+m.PK+"/test/", nil); tested["successful"] != true {
			t.Errorf("%s: %v", m.Name, tested)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	w := newWorld(t, "")
	const unterminated = "unterminated string literal (detected at line 2) (None, line 2)"
	for expression, want := range map[string]string{
		"return {":         "'{' was never closed (None, line 2)",
		"x = 1\nreturn (1": "'(' was never closed (None, line 3)",
		"return {]":        "closing parenthesis ']' does not match opening parenthesis '{' (None, line 2)",
		"return 1)":        "unmatched ')' (None, line 2)",
		"return 'x":        unterminated,
		`return "}" # {`:   "",
		"'' # empty\nreturn \"\"\"over {\ntwo lines\"\"\"": "",
		"return '''over\ntwo lines":                        unterminated,
		`return {"a\"}": request.user.x}`:                  "",
	} {
		body := object{"name": expression, "scope_name": "x", "expression": expression}
		r := w.admin("POST", "/propertymappings/provider/scope/", body)
		if want == "" {
			r.has(t, http.StatusCreated)
			continue
		}
		r.has(t, http.StatusBadRequest)
		if got := r.json["expression"]; marshal(t, got) != marshal(t, []string{"Expression Syntax Error: " + want}) {
			t.Errorf("%q: %v", expression, got)
		}
	}
}

// TestUnknownExpressionIsRefusedAtUse stores an expression that the simulator cannot evaluate.
func TestUnknownExpressionIsRefusedAtUse(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(nil)
	odd := w.must("POST", "/propertymappings/provider/scope/", object{"name": "odd", "scope_name": "email",
		"expression": "return {'email': request.user.email.lower()}"})["pk"]
	provider := w.link(object{"property_mappings": []any{w.scope("openid"), odd}})

	preview := w.admin("GET", provider+"preview_user/?for_user="+itoa(ada), nil)
	preview.has(t, http.StatusBadRequest)
	preview.mentions(t, cannot+": scope mapping odd")
	w.browser().get("/application/o/pocketbase/.well-known/openid-configuration").has(t, http.StatusOK)
	token := w.exchange(w.browser().arrive(authorizePath()).Get("code"))
	token.has(t, http.StatusBadRequest)
	token.mentions(t, cannot)

	w.must("PATCH", provider, object{"include_claims_in_id_token": false})
	access := w.exchange(w.browser().arrive(authorizePath()).Get("code")).json["access_token"].(string)
	userinfo := w.browser().get("/application/o/userinfo/?access_token=" + url.QueryEscape(access))
	userinfo.has(t, http.StatusInternalServerError)
	userinfo.mentions(t, cannot)
	if count(w.must("GET", "/events/events/?action=property_mapping_exception", nil)) == 0 {
		t.Error("no event was noted")
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]struct{ grants, hide, keyType, exchange bool }{
		"2025.10.1":    {false, false, false, false},
		"2025.12.4":    {false, false, true, false},
		"2026.5.0-rc1": {true, false, true, false},
		"2026.5.3":     {true, true, true, false},
		"2026.8.0":     {true, true, true, true},
	} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, version)
			w.addAda(nil)
			provider := w.must("GET", w.link(nil), nil)
			app := w.must("GET", "/core/applications/pocketbase/", nil)
			key := w.must("GET", "/crypto/certificatekeypairs/", nil)["results"].([]any)[0].(object)
			if _, has := provider["grant_types"]; has != want.grants {
				t.Errorf("grant_types: %v", has)
			}
			if _, has := provider["redirect_uris"].([]any)[0].(object)["redirect_uri_type"]; has != want.grants {
				t.Errorf("redirect_uri_type: %v", has)
			}
			if _, has := app["meta_hide"]; has != want.hide {
				t.Errorf("meta_hide: %v", has)
			}
			if _, has := key["key_type"]; has != want.keyType {
				t.Errorf("key_type: %v", has)
			}
			exchange := w.admin("PATCH", "/providers/oauth2/1/",
				object{"grant_types": []string{"urn:ietf:params:oauth:grant-type:token-exchange"}})
			if refused := exchange.StatusCode == http.StatusBadRequest; want.grants && refused == want.exchange {
				t.Errorf("token exchange: %d %s", exchange.StatusCode, exchange.body)
			}
			if got := w.must("GET", "/admin/version/", nil)["version_current"]; got != version {
				t.Errorf("version %v", got)
			}
			schema := w.browser().get("/api/v3/schema/")
			head := "openapi: 3.0.3\ninfo:\n  title: authentik\n  version: " + version + "\n"
			if !strings.HasPrefix(string(schema.body), head) {
				t.Errorf("schema begins %.80s", schema.body)
			}
			if !want.grants { // without grant types every grant is enabled
				if got := w.exchange(w.browser().arrive(authorizePath()).Get("code")); got.StatusCode != http.StatusOK {
					t.Errorf("signing in: %d %s", got.StatusCode, got.body)
				}
			}
		})
	}
}
