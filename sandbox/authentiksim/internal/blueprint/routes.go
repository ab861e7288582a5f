package blueprint

import (
	"authpocket/sandbox/authentiksim/internal/serve"
)

// blueprintRoutes registers the import of blueprints.
func Routes(s *serve.Server) {
	s.Api("/managed/blueprints/import/", serve.Methods{"POST": importBlueprint})
}

// obj is a JSON object.
type obj = map[string]any
