package authentik_test

import (
	"errors"
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
	if !ok || stopped.Stop != signin.StopStage || !strings.Contains(stopped.What, "plain http") || stopped.Todo == "" {
		t.Errorf("got %v", err)
	}
	if n := l.count(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestWhoIsActive(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	ada := l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "x", nil)
	for _, want := range []bool{true, false} {
		if got, err := c.Active(t.Context(), ada); err != nil || got != want {
			t.Errorf("active is %v, %v, want %v", got, err, want)
		}
		l.sim.Deactivate(ada)
	}
	if active, err := c.Active(t.Context(), 4711); err != nil || !active {
		t.Errorf("a user who is not there: %v, %v", active, err)
	}
}
