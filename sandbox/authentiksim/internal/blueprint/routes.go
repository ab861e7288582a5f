package blueprint

import (
	"authpocket/sandbox/authentiksim/internal/serve"
)

// Routes registers the import of blueprints.
func Routes(s *serve.Server) {
	s.API("/managed/blueprints/import/", serve.Methods{"POST": importBlueprint})
}

// obj is a JSON object.
type obj = map[string]any
