package api

import (
	"authpocket/sandbox/authentiksim/internal/serve"
)

// apiRoutes registers the paths of the API.
func Routes(s *serve.Server) {
	systemRoutes(s)
	coreRoutes(s)
	providerRoutes(s)
	rbacRoutes(s)
}

func systemRoutes(s *serve.Server) {
	s.Api("/admin/version/", serve.Methods{"GET": version})
	s.Api("/admin/settings/", serve.Methods{"GET": readSettings, "PUT": changeSettings, "PATCH": changeSettings})
	s.Public("/root/config/", serve.Methods{"GET": rootConfig})
	s.Public("/schema/", serve.Methods{"GET": schema})
	s.Api("/events/events/", serve.Methods{"GET": eventResource().List, "POST": createEvent})
	s.Api("/events/events/{key}/", serve.Methods{"GET": eventResource().Read})
}

func coreRoutes(s *serve.Server) {
	s.Api("/core/users/me/", serve.Methods{"GET": me})
	s.Api("/core/users/service_account/", serve.Methods{"POST": serviceAccount})
	s.Api("/core/users/", serve.Methods{"GET": userResource().List, "POST": createUser})
	s.Api("/core/users/{key}/", serve.Methods{"GET": userResource().Read, "PUT": changeUser(false),
		"PATCH": changeUser(true), "DELETE": userResource().Destroy})
	s.Api("/core/users/{key}/set_password/", serve.Methods{"POST": setPassword})
	s.Api("/core/groups/", GroupResource().Collection())
	s.Api("/core/groups/{key}/", GroupResource().Item())
	s.Api("/core/groups/{key}/add_user/", serve.Methods{"POST": groupMember(addMember)})
	s.Api("/core/groups/{key}/remove_user/", serve.Methods{"POST": groupMember(removeMember)})
	s.Api("/core/tokens/", tokenResource().Collection())
	s.Api("/core/tokens/{key}/", tokenResource().Item())
	s.Api("/core/tokens/{key}/view_key/", serve.Methods{"GET": viewKey})
	s.Api("/core/applications/", serve.Methods{"GET": listApplications, "POST": ApplicationResource().Create})
	s.Api("/core/applications/{key}/", ApplicationResource().Item())
	s.Api("/core/applications/{key}/check_access/", serve.Methods{"GET": checkAccess})
	s.Api("/core/transactional/applications/", serve.Methods{"PUT": createTogether})
	s.Public("/core/brands/current/", serve.Methods{"GET": currentBrand})
}

func providerRoutes(s *serve.Server) {
	s.Api("/flows/instances/", FlowResource().Collection())
	s.Api("/flows/instances/{key}/", FlowResource().Item())
	s.Api("/crypto/certificatekeypairs/", withSelfSigned(KeyResource().Collection()))
	s.Api("/crypto/certificatekeypairs/generate/", withSelfSigned(serve.Methods{"POST": generateKey}))
	s.Api("/crypto/certificatekeypairs/{key}/", withSelfSigned(KeyResource().Item()))
	s.Api("/crypto/certificatekeypairs/{key}/view_certificate/", withSelfSigned(serve.Methods{"GET": viewCertificate}))
	s.Api("/propertymappings/provider/scope/", MappingResource().Collection())
	s.Api("/propertymappings/provider/scope/{key}/", MappingResource().Item())
	s.Api("/propertymappings/all/{key}/test/", serve.Methods{"POST": testMapping})
	s.Api("/providers/all/", serve.Methods{"GET": allProviders().List})
	s.Api("/providers/oauth2/", ProviderResource().Collection())
	s.Api("/providers/oauth2/{key}/", ProviderResource().Item())
	s.Api("/providers/oauth2/{key}/setup_urls/", serve.Methods{"GET": setupURLs})
	s.Api("/providers/oauth2/{key}/preview_user/", serve.Methods{"GET": previewUser})
	s.Api("/policies/bindings/", BindingResource().Collection())
	s.Api("/policies/bindings/{key}/", BindingResource().Item())
	s.Api("/policies/all/", serve.Methods{"GET": policyResource().List})
	s.Api("/policies/all/{key}/", serve.Methods{"GET": policyResource().Read})
}

func rbacRoutes(s *serve.Server) {
	s.Api("/rbac/roles/", roleResource().Collection())
	s.Api("/rbac/roles/{key}/", roleResource().Item())
	s.Api("/rbac/roles/{key}/add_user/", serve.Methods{"POST": roleMember(true)})
	s.Api("/rbac/roles/{key}/remove_user/", serve.Methods{"POST": roleMember(false)})
	s.Api("/rbac/permissions/", serve.Methods{"GET": permissionList})
	s.Api("/rbac/permissions/assigned_by_roles/{key}/assign/", serve.Methods{"POST": assignPermissions(true)})
	s.Api("/rbac/permissions/assigned_by_roles/{key}/unassign/", serve.Methods{"PATCH": assignPermissions(false)})
}

// withSelfSigned makes the certificate every install has before a handler asks for key pairs.
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
