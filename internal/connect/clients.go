package connect

import (
	"net/http"
	"sync"

	"authpocket/internal/outbound"
	"authpocket/internal/report"
)

// How many requests the connections that share Clients send to one system at a time.
const (
	AuthentikAtOnce  = 4
	PocketBaseAtOnce = 16
)

// Clients are what several links share: HTTP clients, so that they reuse connections and together stay within
// AuthentikAtOnce and PocketBaseAtOnce, and what a Connector has connected with them, so that it recognises each server
// and tries its credentials once. The zero value is ready.
type Clients struct {
	mu       sync.Mutex
	list     map[clientKey]*http.Client
	attempts map[connectionKey]*attempt
}

type clientKey struct {
	system report.System
	pem    string
}

// CloseIdleConnections closes those of all clients.
func (c *Clients) CloseIdleConnections() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, client := range c.list {
		client.CloseIdleConnections()
	}
}

// of returns the client for a system and a CA. Without Clients it is a new one.
func (c *Clients) of(system report.System, pem string) (*http.Client, error) {
	pool, err := roots(pem)
	if err != nil {
		return nil, err
	}
	cfg := outbound.Config{Roots: pool}
	if c == nil {
		return outbound.New(cfg), nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := clientKey{system, pem}
	if c.list[key] == nil {
		if c.list == nil {
			c.list = map[clientKey]*http.Client{}
		}
		cfg.AtOnce = PocketBaseAtOnce
		if system == report.Authentik {
			cfg.AtOnce = AuthentikAtOnce
		}
		c.list[key] = outbound.New(cfg)
	}
	return c.list[key], nil
}
