package authentiksim

import (
	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// AddSourceFlow adds authentik's flow for people who come from an external identity provider, which lets in nobody
// who comes directly, and returns its key. A fresh authentik has it; the recorded one did not.
func (s *Server) AddSourceFlow() string {
	var key string
	s.change(func(c *serve.Call) { key = install.SourceFlow(c.State).PK })
	return key
}

// AddStage appends a stage of a kind, such as deny, to a flow, and returns the key that policies are bound to.
func (s *Server) AddStage(flow, kind string) string {
	var key string
	s.change(func(c *serve.Call) {
		f := c.State.Flows.Get(flow)
		key = c.State.AddStage(f, f.Slug+"-"+kind, kind, 10*len(c.State.StagesOf(flow))).BindingPK
	})
	return key
}

// GiveClaims makes a scope mapping return a JSON value for everybody. It can be something else than an object.
func (s *Server) GiveClaims(mapping string, value any) {
	s.setResult(mapping, store.MappingResult{Value: value})
}

// FailMapping makes a scope mapping raise a Python error for everybody, such as "KeyError: 'mail'".
func (s *Server) FailMapping(mapping, raises string) {
	s.setResult(mapping, store.MappingResult{Raises: raises})
}

func (s *Server) setResult(mapping string, result store.MappingResult) {
	s.change(func(c *serve.Call) { c.State.Mappings.Get(mapping).Given = &result })
}
