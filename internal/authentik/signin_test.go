package authentik_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

// Plain http may be allowed for the address that the token is sent to. authentik's public address is another matter.
func TestAPasswordIsNotSentInTheClear(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	l.count()
	who := signin.Credentials{Name: "ada", Password: secret.New("correct horse battery")}
	d := link.Desired{AuthentikURL: "http://authentik.com"}
	_, err := c.SignIn(t.Context(), d, signin.Opening{AuthURL: d.AuthentikURL + "/application/o/authorize/"}, who)
	stopped, ok := errors.AsType[*signin.LoginError](err)
	if !ok || stopped.Stop != signin.StopStage || !strings.Contains(stopped.What.String(),
		"plain http") || stopped.Todo.Empty() {
		t.Errorf("got %v", err)
	}
	if n := l.count(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestWhatAUserTellsOfASignIn(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	ada := l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "x", nil)
	carl := l.sim.AddPerson("carl", "Carl", "carl@example.com", "x", map[string]any{"upn": "carl@corp"})
	var d link.Desired
	for _, inactive := range []bool{false, true} {
		got, err := c.Person(t.Context(), d, ada)
		if want := (signin.Person{Inactive: inactive, Email: "ada@example.com"}); err != nil || got != want {
			t.Errorf("it is %+v, %v, want %+v", got, err, want)
		}
		l.sim.Deactivate(ada)
	}
	if got, err := c.Person(t.Context(), d, 4711); err != nil || got != (signin.Person{}) {
		t.Errorf("a user who is not there: %+v, %v", got, err)
	}
	people := l.sim.Snapshot().Users
	one, other := people[0], people[0]
	for _, u := range people {
		switch u.PK {
		case carl:
			one = u
		case ada:
			other = u
		}
	}
	for mode, want := range map[string]string{"hashed_user_id": one.UID, "user_id": strconv.Itoa(carl),
		"user_uuid": one.UUID, "user_username": "carl", "user_email": "carl@example.com",
		"user_upn": "carl@corp", "": ""} {
		d.Provider.SubjectMode = mode
		if got, err := c.Person(t.Context(), d, carl); err != nil || got.Subject != want || want == "" && mode != "" {
			t.Errorf("%s: %+v, %v, want %q", mode, got, err, want)
		}
	}
	d.Provider.SubjectMode = "user_upn"
	if got, err := c.Person(t.Context(), d, ada); err != nil || got.Subject == "" || got.Subject != other.UID {
		t.Errorf("without a UPN: %+v, %v", got, err)
	}
}
