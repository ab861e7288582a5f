// Package sandbox runs a real PocketBase and a simulated authentik on loopback, for the demo and for tests that need
// both systems.
package sandbox

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/pocketbasehost"
)

// stopTimeout is the time Close waits for authentik's open requests.
const stopTimeout = 3 * time.Second

// Config configures a Sandbox. The zero value means a temporary directory and free ports of 127.0.0.1.
type Config struct {
	// Dir contains PocketBase's data. Empty means a temporary directory that Close removes.
	Dir string
	// AuthentikAddr and PocketBaseAddr are TCP addresses. Empty means a free port of 127.0.0.1.
	AuthentikAddr, PocketBaseAddr string
	// AuthentikVersion is the version that authentik answers as. Empty means authentiksim.DefaultVersion.
	AuthentikVersion string
	// SigningKey is the key of the simulated authentik. Nil means a new one.
	SigningKey *rsa.PrivateKey
}

// Person is a user of the simulated authentik.
type Person struct {
	Username, Name, Email, Password string
}

// Sandbox is a running PocketBase and a running authentik.
type Sandbox struct {
	AuthentikURL   string // without a trailing slash
	AuthentikToken string // a superuser's API token
	PocketBaseURL  string // without a trailing slash

	PocketBaseToken   string // a superuser's token
	SuperuserEmail    string
	SuperuserPassword string

	Person Person

	authentik  *authentiksim.Server
	pocketbase *pocketbasehost.Server
	server     *http.Server
	served     chan error
	tempDir    string // removed by Close; empty if Config has a directory
}

// Start starts both systems. After an error neither is running.
func Start(ctx context.Context, cfg Config) (*Sandbox, error) {
	s := &Sandbox{served: make(chan error, 1)}
	if err := s.start(ctx, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the sandbox: %w", err), s.Close())
	}
	return s, nil
}

func (s *Sandbox) start(ctx context.Context, cfg Config) error {
	dir, err := s.dataDir(cfg.Dir)
	if err != nil {
		return err
	}
	s.pocketbase, err = pocketbasehost.Start(ctx, pocketbasehost.Config{DataDir: dir, Addr: cfg.PocketBaseAddr})
	if err != nil {
		return err
	}
	s.PocketBaseURL, s.PocketBaseToken = s.pocketbase.URL(), s.pocketbase.Token()
	s.SuperuserEmail, s.SuperuserPassword = s.pocketbase.Email(), s.pocketbase.Password()
	return s.startAuthentik(ctx, cfg)
}

// dataDir creates PocketBase's directory in dir, or in a temporary one.
func (s *Sandbox) dataDir(dir string) (string, error) {
	if dir == "" {
		temp, err := os.MkdirTemp("", "authpocket-sandbox-")
		if err != nil {
			return "", fmt.Errorf("creating a temporary directory: %w", err)
		}
		s.tempDir, dir = temp, temp
	}
	data := filepath.Join(dir, "pb_data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return "", fmt.Errorf("creating PocketBase's data directory: %w", err)
	}
	return data, nil
}

// startAuthentik serves a simulated authentik with the user Ada.
func (s *Sandbox) startAuthentik(ctx context.Context, cfg Config) error {
	s.Person = Person{Username: "ada", Name: "Ada Lovelace", Email: "ada@example.com", Password: rand.Text()[:12]}
	s.authentik = authentiksim.New(authentiksim.Config{
		Version:      cfg.AuthentikVersion,
		SigningKey:   cfg.SigningKey,
		ShowPassword: map[string]string{s.Person.Username: s.Person.Password},
	})
	s.authentik.AddPerson(s.Person.Username, s.Person.Name, s.Person.Email, s.Person.Password, nil)
	s.AuthentikToken = s.authentik.AdminToken()
	addr := cmp.Or(cfg.AuthentikAddr, "127.0.0.1:0")
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listening for the simulated authentik: %w", err)
	}
	s.AuthentikURL = "http://" + listener.Addr().String()
	s.server = &http.Server{Handler: s.authentik, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.server.Serve(listener) }()
	return nil
}

// Authentik returns the simulator, for tests that seed or inspect it.
func (s *Sandbox) Authentik() *authentiksim.Server { return s.authentik }

// PocketBase returns the embedded server, for tests that inspect its data.
func (s *Sandbox) PocketBase() *pocketbasehost.Server { return s.pocketbase }

// Close stops both systems, waits for them and removes the temporary directory. A second Close does nothing.
func (s *Sandbox) Close() error {
	var errs []error
	if s.server != nil {
		errs = append(errs, s.stopAuthentik())
		s.server = nil
	}
	if s.pocketbase != nil {
		errs = append(errs, s.pocketbase.Close())
	}
	if s.tempDir != "" {
		errs = append(errs, os.RemoveAll(s.tempDir))
		s.tempDir = ""
	}
	return errors.Join(errs...)
}

func (s *Sandbox) stopAuthentik() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	stopped := s.server.Shutdown(ctx)
	if stopped != nil {
		stopped = errors.Join(stopped, s.server.Close())
	}
	if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
		return errors.Join(stopped, err)
	}
	return stopped
}
