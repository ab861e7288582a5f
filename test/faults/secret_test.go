package faults_test

import (
	"context"
	"strings"
	"testing"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// rotateKilled kills a rotation between its two writes: authentik has the new
// client secret, PocketBase the old one.
func (l *lab) rotateKilled(b binary, file string) {
	l.t.Helper()
	l.reset()
	linked(l)
	at := call{report.Authentik, "PATCH /api/v3/providers/oauth2/*/", 1}
	if out, code, err := b.run(l, "rotate", file, &fault{name: "kill", after: true}, at); err != nil || code != -1 {
		l.t.Fatalf("the rotation was not killed: code %d, %v\n%s", code, err, out)
	}
	if l.capture().agree {
		l.t.Fatal("after the kill both sides have one client secret")
	}
}

// says runs a command that must exit with the code and print the text.
func (l *lab) says(b binary, command, file string, want int, words string) {
	l.t.Helper()
	out, code, err := b.run(l, command, file, nil, call{})
	if err != nil || code != want || !strings.Contains(out, words) {
		l.t.Errorf("%s: code %d, want %d with %q, %v\n%s", command, code, want, words, err, out)
	}
}

// PocketBase does not show its client secret. With the journal an apply rewrites
// it; without, only a check can detect a wrong one and a rotation fixes it.
func TestTheOneThingThatALostJournalHides(t *testing.T) {
	t.Parallel()
	b := buildBinary(t)
	l := newLab(t)
	file, _ := l.linkFiles()

	l.rotateKilled(b, file)
	l.says(b, "apply", file, 0, "interrupted")
	if !l.capture().agree {
		t.Error("with the journal, an apply does not make both sides agree")
	}

	l.rotateKilled(b, file)
	l.clean()
	l.says(b, "apply", file, 0, "Nothing to change")
	if l.capture().agree {
		t.Error("an apply without the journal knew what nobody can see")
	}
	l.says(b, "verify", file, 3, "1 failed")
	if cause := l.slowCause(); cause != "invalid-client" {
		t.Errorf("verify finds the cause %q", cause)
	}
	l.says(b, "rotate", file, 0, "Both systems have the new client secret")
	if !l.capture().agree {
		t.Error("a rotation does not make both sides agree")
	}
	l.says(b, "verify", file, 0, "0 failed")
}

// slowCause returns the cause found by the check through PocketBase's log.
func (l *lab) slowCause() (cause report.CauseID) {
	l.t.Helper()
	l.undisturbed(operation{"verify", func(ctx context.Context, _ *run, e *engine.Engine, s link.Spec) error {
		d, err := e.Desire(ctx, &s)
		if err != nil {
			return err
		}
		for _, check := range e.VerifySlow(ctx, &d, nil) {
			cause = check.Cause
		}
		return nil
	}}, newLink(l))
	return cause
}
