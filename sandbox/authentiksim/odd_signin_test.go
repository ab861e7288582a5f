package authentiksim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// linkTo creates an application with the scopes openid, profile and email, and returns its provider.
func (w *world) linkTo() (provider string, mappings map[string]string) {
	w.t.Helper()
	w.sim.AddApplications(1)
	mappings = map[string]string{}
	for _, m := range w.sim.Snapshot().ScopeMappings {
		mappings[m.ScopeName] = m.PK
	}
	return itoa(w.sim.Snapshot().Providers[0].PK), mappings
}

// A real authentik leaves out what a mapping that fails would give, and says nothing about it.
func TestThePreviewLacksTheClaimsOfAFailingMapping(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(nil)
	provider, mappings := w.linkTo()
	preview := func() object {
		path := "/providers/oauth2/" + provider + "/preview_user/?for_user=" + itoa(ada)
		return w.must("GET", path, nil)["preview"].(object)
	}
	if preview()["email"] != "ada@example.com" || preview()["name"] != "Ada Lovelace" {
		t.Fatalf("got %v", preview())
	}
	w.sim.FailMapping(mappings["email"], "KeyError: 'mail'")
	w.sim.GiveClaims(mappings["profile"], []any{"x"})
	claims := preview()
	for _, gone := range []string{"email", "email_verified", "name", "preferred_username"} {
		if _, there := claims[gone]; there {
			t.Errorf("%s is still there: %v", gone, claims)
		}
	}
	tested := w.must("POST", "/propertymappings/all/"+mappings["email"]+"/test/", object{"user": ada})
	if tested["successful"] != false || tested["result"] != "KeyError: 'mail'" {
		t.Errorf("got %v", tested)
	}
	tested = w.must("POST", "/propertymappings/all/"+mappings["profile"]+"/test/", object{"user": ada})
	if tested["successful"] != true || tested["result"] != `["x"]` {
		t.Errorf("got %v", tested)
	}
}

func TestTestingAMappingNeedsPermissions(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(nil)
	_, mappings := w.linkTo()
	token, role, _ := w.helper("authentik_core.view_propertymapping")
	test := "/propertymappings/all/" + mappings["email"] + "/test/"
	w.as(token, "POST", test, object{"user": ada}).has(t, http.StatusForbidden)
	w.grant(role, object{"permissions": []string{"authentik_core.view_user"}})
	w.as(token, "POST", test, object{"user": ada}).has(t, http.StatusOK)
	w.as(token, "POST", "/propertymappings/all/none/test/", object{"user": ada}).has(t, http.StatusNotFound)
}

func TestFlowsHaveTheStagesOfAFreshInstall(t *testing.T) {
	w := newWorld(t, "")
	for slug, want := range map[string][]string{
		"default-authentication-flow": {"ak-stage-identification-form", "ak-stage-password-form",
			"ak-stage-authenticator-validate-form", "ak-stage-user-login-form"},
		"default-provider-authorization-implicit-consent": nil,
		"default-provider-authorization-explicit-consent": {"ak-stage-consent-form"},
	} {
		flow := w.must("GET", "/flows/instances/"+slug+"/", nil)
		var kinds []string
		for _, b := range results(w.must("GET", "/flows/bindings/?ordering=order&target="+flow["pk"].(string), nil)) {
			kinds = append(kinds, b["stage_obj"].(object)["component"].(string))
		}
		if !slices.Equal(kinds, want) || len(flow["stages"].([]any)) != len(want) {
			t.Errorf("%s: %v", slug, kinds)
		}
	}
}

func results(list object) []object {
	var all []object
	for _, one := range list["results"].([]any) {
		all = append(all, one.(object))
	}
	return all
}

func TestTheSourceFlowAppliesToNobodyWhoComesDirectly(t *testing.T) {
	w := newWorld(t, "")
	w.sim.AddSourceFlow()
	flow := w.must("GET", "/flows/instances/default-source-authentication/", nil)
	bound := results(w.must("GET", "/policies/bindings/?target="+flow["policybindingmodel_ptr_id"].(string), nil))
	if len(bound) != 1 || len(flow["policies"].([]any)) != 1 ||
		bound[0]["policy_obj"].(object)["name"] != "default-source-authentication-if-sso" {
		t.Fatalf("got %v, %v", bound, flow)
	}
	answer := w.must("GET", "/flows/executor/default-source-authentication/?query=", nil)
	if answer["component"] != "ak-stage-access-denied" || !strings.Contains(answer["error_message"].(string), "apply") {
		t.Errorf("got %v", answer)
	}
}
