// Package api answers authentik's REST API.
package api

import (
	"authpocket/sandbox/authentiksim/internal/serve"
)

// Routes registers the paths of the API.
func Routes(s *serve.Server) {
	systemRoutes(s)
	coreRoutes(s)
	providerRoutes(s)
	rbacRoutes(s)
}

func systemRoutes(s *serve.Server) {
	s.API("/admin/version/", serve.Methods{"GET": version})
	s.API("/admin/settings/", serve.Methods{"GET": readSettings, "PUT": changeSettings, "PATCH": changeSettings})
	s.Public("/root/config/", serve.Methods{"GET": rootConfig})
	s.Public("/schema/", serve.Methods{"GET": schema})
	s.API("/events/events/", serve.Methods{"GET": eventResource().List, "POST": createEvent})
	s.API("/events/events/{key}/", serve.Methods{"GET": eventResource().Read})
}

func coreRoutes(s *serve.Server) {
	s.API("/core/users/me/", serve.Methods{"GET": me})
	s.API("/core/users/service_account/", serve.Methods{"POST": serviceAccount})
	s.API("/core/users/", serve.Methods{"GET": userResource().List, "POST": createUser})
	s.API("/core/users/{key}/", serve.Methods{"GET": userResource().Read, "PUT": changeUser(false),
		"PATCH": changeUser(true), "DELETE": userResource().Destroy})
	s.API("/core/users/{key}/set_password/", serve.Methods{"POST": setPassword})
	s.API("/core/groups/", GroupResource().Collection())
	s.API("/core/groups/{key}/", GroupResource().Item())
	s.API("/core/groups/{key}/add_user/", serve.Methods{"POST": groupMember(with[int])})
	s.API("/core/groups/{key}/remove_user/", serve.Methods{"POST": groupMember(without[int])})
	s.API("/core/tokens/", tokenResource().Collection())
	s.API("/core/tokens/{key}/", tokenResource().Item())
	s.API("/core/tokens/{key}/view_key/", serve.Methods{"GET": viewKey})
	s.API("/core/applications/", serve.Methods{"GET": listApplications, "POST": ApplicationResource().Create})
	s.API("/core/applications/{key}/", ApplicationResource().Item())
	s.API("/core/applications/{key}/check_access/", serve.Methods{"GET": checkAccess})
	s.API("/core/transactional/applications/", serve.Methods{"PUT": createTogether})
	s.Public("/core/brands/current/", serve.Methods{"GET": currentBrand})
}

func providerRoutes(s *serve.Server) {
	s.API("/flows/instances/", FlowResource().Collection())
	s.API("/flows/instances/{key}/", FlowResource().Item())
	s.API("/flows/bindings/", serve.Methods{"GET": stageBindingResource().List})
	s.API("/flows/bindings/{key}/", serve.Methods{"GET": stageBindingResource().Read})
	s.API("/crypto/certificatekeypairs/", withSelfSigned(KeyResource().Collection()))
	s.API("/crypto/certificatekeypairs/generate/", withSelfSigned(serve.Methods{"POST": generateKey}))
	s.API("/crypto/certificatekeypairs/{key}/", withSelfSigned(KeyResource().Item()))
	s.API("/crypto/certificatekeypairs/{key}/view_certificate/", withSelfSigned(serve.Methods{"GET": viewCertificate}))
	s.API("/crypto/certificatekeypairs/{key}/view_private_key/", withSelfSigned(serve.Methods{"GET": viewPrivateKey}))
	s.API("/propertymappings/provider/scope/", MappingResource().Collection())
	s.API("/propertymappings/provider/scope/{key}/", MappingResource().Item())
	s.API("/propertymappings/all/{key}/test/", serve.Methods{"POST": testMapping})
	s.API("/providers/all/", serve.Methods{"GET": allProviders().List})
	s.API("/providers/oauth2/", ProviderResource().Collection())
	s.API("/providers/oauth2/{key}/", ProviderResource().Item())
	s.API("/providers/oauth2/{key}/setup_urls/", serve.Methods{"GET": setupURLs})
	s.API("/providers/oauth2/{key}/preview_user/", serve.Methods{"GET": previewUser})
	s.API("/policies/bindings/", BindingResource().Collection())
	s.API("/policies/bindings/{key}/", BindingResource().Item())
	s.API("/policies/all/", serve.Methods{"GET": policyResource().List})
	s.API("/policies/all/{key}/", serve.Methods{"GET": policyResource().Read})
}

func rbacRoutes(s *serve.Server) {
	s.API("/rbac/roles/", roleResource().Collection())
	s.API("/rbac/roles/{key}/", roleResource().Item())
	s.API("/rbac/roles/{key}/add_user/", serve.Methods{"POST": roleMember(true)})
	s.API("/rbac/roles/{key}/remove_user/", serve.Methods{"POST": roleMember(false)})
	s.API("/rbac/permissions/", serve.Methods{"GET": permissionList})
	s.API("/rbac/permissions/assigned_by_roles/{key}/assign/", serve.Methods{"POST": assignPermissions(true)})
	s.API("/rbac/permissions/assigned_by_roles/{key}/unassign/", serve.Methods{"PATCH": assignPermissions(false)})
}

// withSelfSigned creates the certificate of a fresh install before a handler uses key pairs.
func withSelfSigned(m serve.Methods) serve.Methods {
	wrapped := serve.Methods{}
	for name, h := range m {
		wrapped[name] = func(c *serve.Call) (serve.Answer, error) {
			c.EnsureSelfSigned()
			return h(c)
		}
	}
	return wrapped
}

// obj is a JSON object.
type obj = map[string]any
