package connect

import (
	"context"
	"crypto/sha256"
	"fmt"

	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// connectionKey says which connections are the same: those to one system with the same credentials.
type connectionKey struct {
	system      report.System
	url, pem    string
	credentials [sha256.Size]byte // not themselves, which are wiped elsewhere
}

func keyOf(system report.System, url, pem, email string, secrets ...secret.Text) connectionKey {
	hash := sha256.New()
	for _, one := range append(secrets, secret.New(email)) {
		fmt.Fprintf(hash, "%q ", one.Reveal())
	}
	return connectionKey{system, url, pem, [sha256.Size]byte(hash.Sum(nil))}
}

// attempt is a connection that was made, or is being made until done is closed.
type attempt struct {
	done       chan struct{}
	connection any
	err        error
}

// shared returns the connection of that key, and connects if there is none. Who asks meanwhile waits for it and shares
// its error; who asks after an error connects again.
func shared[C any](ctx context.Context, c *Clients, key connectionKey, connect func() (C, error)) (C, error) {
	if c == nil {
		return connect()
	}
	var none C
	a, mine := c.attempt(key)
	if mine {
		made, err := connect()
		c.ended(key, a, made, err)
		return made, err
	}
	select {
	case <-a.done:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	if a.err != nil {
		return none, a.err
	}
	return a.connection.(C), nil
}

// attempt returns that of a key. mine reports whether the caller makes it.
func (c *Clients) attempt(key connectionKey) (a *attempt, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a = c.attempts[key]; a != nil {
		return a, false
	}
	if c.attempts == nil {
		c.attempts = map[connectionKey]*attempt{}
	}
	a = &attempt{done: make(chan struct{})}
	c.attempts[key] = a
	return a, true
}

func (c *Clients) ended(key connectionKey, a *attempt, made any, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.connection, a.err = made, err; err != nil {
		delete(c.attempts, key)
	}
	close(a.done)
}
