package authentiksim

import (
	"slices"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

type (
	// LoginFlow is how the login flow differs from that of a fresh install.
	LoginFlow = store.LoginFlow
	// Devices are the second factors of a user.
	Devices = store.Devices
)

// SetLogin changes the login flow.
func (s *Server) SetLogin(login LoginFlow) {
	s.change(func(c *serve.Call) {
		login.Stages = slices.Clone(login.Stages)
		c.State.Login = login
	})
}

// GiveDevices gives a user second factors.
func (s *Server) GiveDevices(user int, d Devices) {
	s.change(func(c *serve.Call) {
		d.Codes, d.Other = slices.Clone(d.Codes), slices.Clone(d.Other)
		c.State.Devices[user] = &d
	})
}

// Deactivate makes a user inactive.
func (s *Server) Deactivate(user int) {
	s.change(func(c *serve.Call) { c.State.Users.Get(user).Active = false })
}
