package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheNoteOfASignInIsFoundUntilItEnds(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	begun, err := s.BeginSignIn(SignIn{AuthentikURL: "https://authentik.company", PocketBaseURL: "https://pb.company",
		Collection: "pbc_1", Slot: "oidc", Person: 7, Subject: "the subject", State: "a state",
		Started: time.Now().UTC().Round(0)})
	if err != nil {
		t.Fatal(err)
	}
	key := Key("https://authentik.company/", "https://pb.company")
	notes, err := s.SignIns(key)
	if err != nil || len(notes) != 1 || *notes[0] != *begun {
		t.Fatalf("%+v, %v", notes, err)
	}
	others, err := s.SignIns(Key("https://authentik.company", "https://other.company"))
	if err != nil || len(others) > 0 {
		t.Errorf("of other systems: %+v, %v", others, err)
	}
	path := filepath.Join(s.Dir(), begun.fileName())
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if list, aside, err := s.List(); err != nil || len(list)+len(aside) > 0 {
		t.Errorf("it is no receipt: %v %v %v", list, aside, err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := map[string][]byte{"cut": whole[:len(whole)-1], "another person": bytes.Replace(whole,
		[]byte(`"person": 7`), []byte(`"person": 8`), 1), "empty": nil}
	for name, data := range damaged {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if notes, err := s.SignIns(key); err != nil || len(notes) > 0 {
			t.Errorf("%s: %+v, %v", name, notes, err)
		}
	}
	for range 2 {
		if err := begun.End(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the note is left: %v", err)
	}
}
