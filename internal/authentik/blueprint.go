package authentik

import (
	"strings"
	"sync"

	"authpocket/internal/authentik/rest"
)

// Account is the name of the role, service account and token in Blueprint.
const Account = "authpocket"

// Blueprint returns an authentik blueprint that creates a role with exactly
// Permissions, a service account with that role, and an API token of that
// account with a generated key. The role's permissions and the user's roles
// need authentik 2025.12 or later (blueprints/tests/fixtures/rbac_role.yaml).
func Blueprint() string { return blueprint() }

var blueprint = sync.OnceValue(func() string {
	var b strings.Builder
	b.WriteString(`# Creates a service account with only the permissions that authpocket needs.
# Import it under Customization, Blueprints; then copy the token's key under
# Directory, Tokens and App passwords. Remove all three when you are done.
version: 1
metadata:
  name: ` + Account + ` service account
entries:
  - model: authentik_rbac.role
    id: role
    identifiers:
      name: ` + Account + `
    attrs:
      permissions:
`)
	for _, p := range rest.Permissions() {
		b.WriteString("        - " + string(p.Codename) + " # " + p.Why.String() + "\n")
	}
	b.WriteString(`  - model: authentik_core.user
    id: account
    identifiers:
      username: ` + Account + `
    attrs:
      name: ` + Account + `
      type: service_account
      path: users
      roles:
        - !KeyOf role
  - model: authentik_core.token
    identifiers:
      identifier: ` + Account + `
    attrs:
      user: !KeyOf account
      intent: api
      description: For authpocket, to link a PocketBase
`)
	return b.String()
})
