package authentiksim_test

import (
	"fmt"
	"net/http"
	"testing"
)

// helper adds a user with a token and a role with these permissions.
func (w *world) helper(permissions ...string) (token, role string, user int) {
	w.t.Helper()
	user = w.sim.AddPerson("helper", "Helper", "", "", nil)
	w.sim.AddAPIToken(user, "helper-token", "helper-key")
	role = w.must("POST", "/rbac/roles/", object{"name": "helpers"})["pk"].(string)
	w.must("POST", "/rbac/roles/"+role+"/add_user/", object{"pk": user})
	if len(permissions) > 0 {
		w.grant(role, object{"permissions": permissions})
	}
	return "helper-key", role, user
}

func (w *world) grant(role string, body object) {
	w.t.Helper()
	w.admin("POST", "/rbac/permissions/assigned_by_roles/"+role+"/assign/", body).has(w.t, http.StatusOK)
}

func TestObjectPermissions(t *testing.T) {
	w := newWorld(t, "")
	w.sim.AddApplications(2)
	token, role, _ := w.helper()
	first := w.must("GET", "/core/applications/app-1/", nil)["pk"]

	w.as(token, "GET", "/core/applications/app-1/", nil).has(t, http.StatusForbidden)
	on := func(permission string) object {
		return object{"permissions": []string{permission}, "model": "authentik_core.application", "object_pk": first}
	}
	w.grant(role, on("authentik_core.view_application"))
	w.as(token, "GET", "/core/applications/app-1/", nil).has(t, http.StatusOK)
	hidden := w.as(token, "GET", "/core/applications/app-2/", nil)
	hidden.has(t, http.StatusNotFound)
	hidden.mentions(t, "No Application matches the given query.")
	w.as(token, "PATCH", "/core/applications/app-1/", object{"name": "x"}).has(t, http.StatusForbidden)
	w.as(token, "PATCH", "/core/applications/app-2/", object{"name": "x"}).has(t, http.StatusNotFound)

	w.grant(role, on("authentik_core.change_application"))
	w.as(token, "PATCH", "/core/applications/app-1/", object{"name": "x"}).has(t, http.StatusOK)
}

// TestAddOnlyTokenCannotReadBack creates objects with global permissions, which include none on the new objects.
func TestAddOnlyTokenCannotReadBack(t *testing.T) {
	w := newWorld(t, "")
	token, _, _ := w.helper("authentik_core.add_application", "authentik_providers_oauth2.add_oauth2provider")
	body := object{"app": object{"name": "A", "slug": "a"}, "provider": w.provider(nil),
		"provider_model": "authentik_providers_oauth2.oauth2provider"}
	w.as(token, "PUT", "/core/transactional/applications/", body).has(t, http.StatusOK)
	w.as(token, "GET", "/core/applications/a/", nil).has(t, http.StatusForbidden)

	group := w.sim.AddGroup("g")
	provider := w.provider(object{"name": "B", "client_id": "b"})
	body = object{"app": object{"name": "B", "slug": "b"}, "provider": provider,
		"provider_model":  "authentik_providers_oauth2.oauth2provider",
		"policy_bindings": []object{{"group": group, "order": 0}}}
	refused := w.as(token, "PUT", "/core/transactional/applications/", body)
	refused.has(t, http.StatusForbidden)
	refused.mentions(t, `{"null":"User lacks permission to create authentik_policies.policybinding"}`)
	if n := len(w.sim.Snapshot().Applications); n != 1 {
		t.Errorf("%d applications, want 1: the refused request created some", n)
	}
}

func TestSetupURLsAndAccessNeedNoPermission(t *testing.T) {
	w := newWorld(t, "")
	provider := w.link(nil)
	token, _, _ := w.helper()
	w.as(token, "GET", provider+"setup_urls/", nil).has(t, http.StatusOK)
	w.as(token, "GET", "/core/applications/pocketbase/check_access/", nil).has(t, http.StatusOK)
	w.as(token, "GET", provider+"preview_user/", nil).has(t, http.StatusForbidden)
}

func TestPreviewForOtherUsersNeedsPermission(t *testing.T) {
	w := newWorld(t, "")
	provider := w.link(nil)
	ada := w.addAda(nil)
	token, role, _ := w.helper("authentik_providers_oauth2.view_oauth2provider")
	path := fmt.Sprintf("%spreview_user/?for_user=%d", provider, ada)
	refused := w.as(token, "GET", path, nil)
	refused.has(t, http.StatusBadRequest)
	refused.mentions(t, `{"for_user":"User not found"}`)
	w.grant(role, object{"permissions": []string{"authentik_core.preview_user"}, "model": "authentik_core.user",
		"object_pk": fmt.Sprint(ada)})
	w.as(token, "GET", path, nil).has(t, http.StatusOK)
}

func TestMembersOfASubgroupAreMembers(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(nil)
	parent := w.must("POST", "/core/groups/", object{"name": "parent", "is_superuser": true})["pk"]
	w.must("POST", "/core/groups/", object{"name": "child", "parents": []any{parent}, "users": []int{ada}})
	if user := w.must("GET", fmt.Sprintf("/core/users/%d/", ada), nil); user["is_superuser"] != true {
		t.Errorf("a member of a subgroup of admins is no admin: %v", user)
	}
}

func TestExpiredTokenIsRotated(t *testing.T) {
	w := newWorld(t, "")
	created := w.must("POST", "/core/tokens/", object{"identifier": "short", "intent": "api"})
	if created["expiring"] != true {
		t.Fatalf("the token does not expire by default: %v", created)
	}
	key := w.must("GET", "/core/tokens/short/view_key/", nil)["key"].(string)
	w.as(key, "GET", "/core/users/me/", nil).has(t, http.StatusOK)
	w.now = w.now.Add(31 * 60 * 1e9)
	refused := w.as(key, "GET", "/core/users/me/", nil)
	refused.has(t, http.StatusForbidden)
	refused.mentions(t, "Token invalid/expired")
	if rotated := w.must("GET", "/core/tokens/short/view_key/", nil)["key"]; rotated == key {
		t.Error("the expired token has its old key")
	}
}

func TestAccessByBindings(t *testing.T) {
	type binding struct {
		who             string // members, others, ada or a policy
		negate, enabled bool
	}
	for name, test := range map[string]struct {
		mode     string
		bindings []binding
		want     bool
	}{
		"no bindings":        {"any", nil, true},
		"member":             {"any", []binding{{"members", false, true}}, true},
		"no member":          {"any", []binding{{"others", false, true}}, false},
		"any of two":         {"any", []binding{{"others", false, true}, {"ada", false, true}}, true},
		"all of two":         {"all", []binding{{"others", false, true}, {"ada", false, true}}, false},
		"negated":            {"all", []binding{{"others", true, true}, {"ada", false, true}}, true},
		"disabled":           {"all", []binding{{"others", false, false}, {"ada", false, true}}, true},
		"all disabled":       {"any", []binding{{"others", false, false}}, true},
		"unevaluated policy": {"any", []binding{{"policy", false, true}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			ada := w.addAda(nil)
			keys := object{"members": w.sim.AddGroup("members", ada), "others": w.sim.AddGroup("others"), "ada": ada,
				"policy": w.key("/policies/all/")}
			fields := map[string]string{"members": "group", "others": "group", "ada": "user", "policy": "policy"}
			body := object{"name": "A", "slug": "a", "policy_engine_mode": test.mode}
			app := w.must("POST", "/core/applications/", body)["pk"]
			for order, b := range test.bindings {
				w.must("POST", "/policies/bindings/", object{"target": app, "order": order, fields[b.who]: keys[b.who],
					"negate": b.negate, "enabled": b.enabled})
			}
			access := w.must("GET", fmt.Sprintf("/core/applications/a/check_access/?for_user=%d", ada), nil)
			if access["passing"] != test.want {
				t.Errorf("passing is %v, want %v", access["passing"], test.want)
			}
		})
	}
}

func TestDefaultAccessCanBeDisabled(t *testing.T) {
	w := newWorld(t, "")
	w.must("POST", "/core/applications/", object{"name": "A", "slug": "a"})
	w.must("PATCH", "/admin/settings/", object{"flags": object{"core_default_app_access": false}})
	if got := w.must("GET", "/core/applications/a/check_access/", nil)["passing"]; got != false {
		t.Errorf("passing is %v, want false", got)
	}
}
