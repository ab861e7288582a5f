package pocketbasehost

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // the schema of a fresh install
)

// superuserEmail is the address of the superuser that Start creates.
const superuserEmail = "admin@example.com"

// tokenLife is the validity of the superuser's token.
const tokenLife = 30 * 24 * time.Hour

// cheapest is bcrypt's lowest cost. PocketBase hashes a password for each account that a sign-in makes.
const cheapest = 4

// instance is a PocketBase with its superuser.
type instance struct {
	app      core.App // for tests that inspect its data
	front    *guarded // answers requests
	url      string
	token    string
	password string
}

// newInstance returns a PocketBase before its bootstrap.
func newInstance(app core.App, url string) instance {
	return instance{app: app, front: guard(app), url: url, password: rand.Text()}
}

// prepare migrates the databases and creates the superuser and its token.
func (s *instance) prepare() error {
	s.app.OnCollectionCreate().BindFunc(hashCheaply)
	if err := s.app.Bootstrap(); err != nil {
		return fmt.Errorf("bootstrapping PocketBase: %w", err)
	}
	if err := s.app.RunAllMigrations(); err != nil {
		return fmt.Errorf("migrating PocketBase: %w", err)
	}
	settings := s.app.Settings()
	settings.Meta.AppURL = s.url
	if err := s.app.Save(settings); err != nil {
		return fmt.Errorf("saving PocketBase's address: %w", err)
	}
	return s.ensureSuperuser()
}

// hashCheaply lowers the cost of the new collection's passwords, unless it is given.
func hashCheaply(e *core.CollectionEvent) error {
	if field, ok := e.Collection.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField); ok && field.Cost == 0 {
		field.Cost = cheapest
	}
	return e.Next()
}

// ensureSuperuser creates the superuser, or sets a new password if an earlier run in the same data directory created
// it.
func (s *instance) ensureSuperuser() error {
	superusers, err := s.app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return fmt.Errorf("finding the superusers: %w", err)
	}
	record, err := s.app.FindAuthRecordByEmail(superusers, superuserEmail)
	if err != nil {
		record = core.NewRecord(superusers)
		record.SetEmail(superuserEmail)
	}
	record.SetPassword(s.password)
	if err := s.app.Save(record); err != nil {
		return fmt.Errorf("saving the superuser: %w", err)
	}
	s.token, err = record.NewStaticAuthToken(tokenLife)
	if err != nil {
		return fmt.Errorf("signing the superuser's token: %w", err)
	}
	return nil
}

// URL returns the server's address without a trailing slash.
func (s *instance) URL() string { return s.url }

// Token returns a superuser's token, valid for 30 days.
func (s *instance) Token() string { return s.token }

// Email returns the superuser's address.
func (s *instance) Email() string { return superuserEmail }

// Password returns the superuser's password. Every Start sets a new one.
func (s *instance) Password() string { return s.password }

// App returns the running application, for tests that inspect its data.
func (s *instance) App() core.App { return s.app }
