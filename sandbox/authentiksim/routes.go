package authentiksim

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// routes is every path the simulator answers. Any other is a 404 page, as is a
// path of the API without its last slash.
func (s *Server) routes() *chi.Mux {
	r := chi.NewMux()
	r.NotFound(func(w http.ResponseWriter, req *http.Request) {
		s.run(w, req, func(c *call) (answer, error) { return c.notFoundPage(), nil })
	})
	s.systemRoutes(r)
	s.coreRoutes(r)
	s.providerRoutes(r)
	s.rbacRoutes(r)
	s.openIDRoutes(r)
	s.pageRoutes(r)
	return r
}

func (s *Server) systemRoutes(r chi.Router) {
	s.api(r, "/admin/version/", methods{"GET": version})
	s.api(r, "/admin/settings/", methods{"GET": readSettings, "PUT": changeSettings, "PATCH": changeSettings})
	s.public(r, "/root/config/", methods{"GET": rootConfig})
	s.public(r, "/schema/", methods{"GET": schema})
	s.api(r, "/events/events/", methods{"GET": eventResource.list, "POST": createEvent})
	s.api(r, "/events/events/{key}/", methods{"GET": eventResource.read})
	s.api(r, "/managed/blueprints/import/", methods{"POST": importBlueprint})
	s.page(r, "/-/health/live/", methods{"GET": healthy})
	s.page(r, "/-/health/ready/", methods{"GET": healthy})
}

func (s *Server) coreRoutes(r chi.Router) {
	s.api(r, "/core/users/me/", methods{"GET": me})
	s.api(r, "/core/users/service_account/", methods{"POST": serviceAccount})
	s.api(r, "/core/users/", methods{"GET": userResource.list, "POST": createUser})
	s.api(r, "/core/users/{key}/", methods{"GET": userResource.read, "PUT": changeUser(false),
		"PATCH": changeUser(true), "DELETE": userResource.destroy})
	s.api(r, "/core/users/{key}/set_password/", methods{"POST": setPassword})
	s.api(r, "/core/groups/", groupResource.collection())
	s.api(r, "/core/groups/{key}/", groupResource.item())
	s.api(r, "/core/groups/{key}/add_user/", methods{"POST": groupMember(addMember)})
	s.api(r, "/core/groups/{key}/remove_user/", methods{"POST": groupMember(removeMember)})
	s.api(r, "/core/tokens/", tokenResource.collection())
	s.api(r, "/core/tokens/{key}/", tokenResource.item())
	s.api(r, "/core/tokens/{key}/view_key/", methods{"GET": viewKey})
	s.api(r, "/core/applications/", methods{"GET": listApplications, "POST": applicationResource.create})
	s.api(r, "/core/applications/{key}/", applicationResource.item())
	s.api(r, "/core/applications/{key}/check_access/", methods{"GET": checkAccess})
	s.api(r, "/core/transactional/applications/", methods{"PUT": createTogether})
	s.public(r, "/core/brands/current/", methods{"GET": currentBrand})
}

func (s *Server) providerRoutes(r chi.Router) {
	s.api(r, "/flows/instances/", flowResource.collection())
	s.api(r, "/flows/instances/{key}/", flowResource.item())
	s.public(r, "/flows/executor/{slug}/", methods{"GET": executor, "POST": executor})
	s.api(r, "/crypto/certificatekeypairs/", withSelfSigned(keyResource.collection()))
	s.api(r, "/crypto/certificatekeypairs/generate/", withSelfSigned(methods{"POST": generateKey}))
	s.api(r, "/crypto/certificatekeypairs/{key}/", withSelfSigned(keyResource.item()))
	s.api(r, "/crypto/certificatekeypairs/{key}/view_certificate/", withSelfSigned(methods{"GET": viewCertificate}))
	s.api(r, "/propertymappings/provider/scope/", mappingResource.collection())
	s.api(r, "/propertymappings/provider/scope/{key}/", mappingResource.item())
	s.api(r, "/propertymappings/all/{key}/test/", methods{"POST": testMapping})
	s.api(r, "/providers/all/", methods{"GET": allProviders.list})
	s.api(r, "/providers/oauth2/", providerResource.collection())
	s.api(r, "/providers/oauth2/{key}/", providerResource.item())
	s.api(r, "/providers/oauth2/{key}/setup_urls/", methods{"GET": setupURLs})
	s.api(r, "/providers/oauth2/{key}/preview_user/", methods{"GET": previewUser})
	s.api(r, "/policies/bindings/", bindingResource.collection())
	s.api(r, "/policies/bindings/{key}/", bindingResource.item())
	s.api(r, "/policies/all/", methods{"GET": policyResource.list})
	s.api(r, "/policies/all/{key}/", methods{"GET": policyResource.read})
}

func (s *Server) rbacRoutes(r chi.Router) {
	s.api(r, "/rbac/roles/", roleResource.collection())
	s.api(r, "/rbac/roles/{key}/", roleResource.item())
	s.api(r, "/rbac/roles/{key}/add_user/", methods{"POST": roleMember(true)})
	s.api(r, "/rbac/roles/{key}/remove_user/", methods{"POST": roleMember(false)})
	s.api(r, "/rbac/permissions/", methods{"GET": permissionList})
	s.api(r, "/rbac/permissions/assigned_by_roles/{key}/assign/", methods{"POST": assignPermissions(true)})
	s.api(r, "/rbac/permissions/assigned_by_roles/{key}/unassign/", methods{"PATCH": assignPermissions(false)})
}

func (s *Server) openIDRoutes(r chi.Router) {
	const o = "/application/o/"
	s.page(r, o+"authorize/", methods{"GET": authorize})
	s.page(r, o+"token/", methods{"POST": token})
	s.page(r, o+"userinfo/", methods{"GET": userinfo, "POST": userinfo})
	s.page(r, o+"revoke/", methods{"POST": revoke})
	s.page(r, o+"introspect/", methods{"POST": introspect})
	s.page(r, o+"{slug}/", methods{"GET": toDiscovery})
	s.page(r, o+"{slug}/.well-known/openid-configuration", methods{"GET": discovery})
	s.page(r, o+"{slug}/jwks/", methods{"GET": jwks})
	s.page(r, o+"{slug}/end-session/", methods{"GET": endSession, "POST": endSession})
}

func (s *Server) pageRoutes(r chi.Router) {
	for _, path := range []string{"/", "/if/admin/", "/if/user/"} {
		s.page(r, path, methods{"GET": overview})
	}
	s.page(r, "/if/flow/{slug}/", methods{"GET": flowPage, "POST": flowPage})
	s.page(r, "/flows/-/cancel/", methods{"GET": cancelFlow})
	s.page(r, "/flows/-/default/authentication/", methods{"GET": defaultFlow(authenticationFlow)})
	s.page(r, "/flows/-/default/invalidation/", methods{"GET": defaultFlow(invalidationFlow)})
	s.page(r, "/static/simulated/style.css", methods{"GET": stylesheet})
}

// withSelfSigned makes the certificate every install has before a handler asks for key pairs.
func withSelfSigned(m methods) methods {
	wrapped := methods{}
	for name, h := range m {
		wrapped[name] = func(c *call) (answer, error) {
			c.ensureSelfSigned()
			return h(c)
		}
	}
	return wrapped
}
