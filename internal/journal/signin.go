package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// signInPrefix begins the names of notes of test sign-ins.
const signInPrefix = "sign-in-"

// SignIn is the note of a test sign-in. It is there while PocketBase may have created an account for the test that is
// not deleted yet.
//
// It is no receipt: nothing was planned or shown, one a night would fill the list of receipts, and its account may have
// become the person's own since, so engine asks authentik's log before it deletes. A proof's person is nobody else.
type SignIn struct {
	ID            string `json:"id"`
	AuthentikURL  string `json:"authentik_url"`
	PocketBaseURL string `json:"pocketbase_url"`
	Collection    string `json:"collection"` // primary key
	Slot          string `json:"slot"`
	Person        int    `json:"person"`             // primary key of the authentik user, 0 if unknown
	Username      string `json:"username,omitempty"` // that the test signed in with
	Subject       string `json:"subject"`            // that PocketBase knows the person by, empty if unknown
	// State is that of the authorization request, by which authentik's log tells it from others.
	State   string    `json:"state"`
	Started time.Time `json:"started"`

	store *Store
}

// BeginSignIn writes the note of a test sign-in whose code PocketBase is about to get. It returns once the note is
// synced. If it returns an error, a *Fault, PocketBase must not get the code.
func (s *Store) BeginSignIn(n SignIn) (*SignIn, error) {
	n.ID, n.store = newID(), s
	body, err := encodeJSON(n)
	if err == nil {
		body, err = seal(receiptKey, version, body)
	}
	if err == nil {
		err = s.create(n.fileName(), body)
	}
	if err != nil {
		return nil, cannotUse(s.dir, err)
	}
	return &n, nil
}

func (n *SignIn) fileName() string { return signInPrefix + n.ID + receiptSuffix }

// End removes the note. The test left no account behind.
func (n *SignIn) End() error {
	err := n.store.disk.Remove(filepath.Join(n.store.dir, n.fileName()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process was faster
	}
	if err == nil {
		err = n.store.disk.SyncDir(n.store.dir)
	}
	if err != nil {
		return cannotWrite(n.store.dir, fmt.Errorf("removing the note of a sign-in: %w", err))
	}
	return nil
}

// SignIns returns the notes of the test sign-ins with the two systems of a key that were interrupted or are running. A
// note that cannot be read is left out: nothing is deleted because of it.
func (s *Store) SignIns(key string) ([]*SignIn, error) {
	names, err := s.names(signInPrefix)
	if err != nil {
		return nil, err
	}
	var notes []*SignIn
	for _, name := range names {
		n, err := readSignIn(filepath.Join(s.dir, name))
		if err != nil || n.fileName() != name || Key(n.AuthentikURL, n.PocketBaseURL) != key {
			continue
		}
		n.store = s
		notes = append(notes, n)
	}
	return notes, nil
}

func readSignIn(path string) (*SignIn, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	body, err := unseal(receiptKey, version, data)
	if err != nil {
		return nil, err
	}
	n := new(SignIn)
	return n, decodeJSON(body, n)
}
