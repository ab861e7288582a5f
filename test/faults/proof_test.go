package faults_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/test/draw"
)

// proof is the command that signs a new person in.
const proof = "verify --sign-in-new --quick"

// quickProofs is how many kills of a proof a plain go test runs.
const quickProofs = 6

// TestAKilledProofIsRemovedByTheNextRun ends the real binary with SIGKILL before
// and after every write of a proof, and before the call that follows it. The
// next run that writes removes what is left in both systems.
func TestAKilledProofIsRemovedByTheNextRun(t *testing.T) {
	b, l := buildBinary(t), newLab(t)
	linked(l)
	file, _ := l.linkFiles()
	out, code, err := b.run(l, proof, file, nil, call{})
	if err != nil || code != 0 || !strings.Contains(out, "Works: authpocket-test-") {
		t.Fatalf("undisturbed: code %d, %v\n%s", code, err, out)
	}
	l.must(l.withoutProof())
	var kills []killed
	for _, calls := range [][]call{l.authentik.calls(), l.pb.calls()} {
		for i, c := range calls {
			if !writesProof(c.what) {
				continue
			}
			kills = append(kills, killed{at: c}, killed{at: c, after: true})
			if i+1 < len(calls) {
				kills = append(kills, killed{at: calls[i+1]})
			}
		}
	}
	if len(kills) < 13 {
		t.Errorf("there are %d kills: %v", len(kills), kills)
	}
	if !draw.All() {
		draw.Rand(t).Shuffle(len(kills), func(i, j int) { kills[i], kills[j] = kills[j], kills[i] })
		kills = kills[:quickProofs]
	}
	for i, k := range kills {
		if err := l.killProof(b, k, file, []string{"apply", proof, "rotate"}[i%3]); err != nil {
			t.Errorf("%s, after %v:\n%v", k.at, k.after, err)
		}
	}
	draw.Report(t, "kills of a proof: %d", len(kills))
}

// writesProof reports whether a call of a proof writes to either system.
func writesProof(what string) bool {
	what, _, _ = strings.Cut(what, "?")
	return slices.Contains([]string{"POST /api/v3/core/users/", "POST /api/v3/core/users/*/set_password/",
		"POST /api/collections/users/auth-with-oauth2", "DELETE /api/collections/users/records/*",
		"DELETE /api/v3/core/users/*/"}, what)
}

// killProof kills a proof, and runs the command next.
func (l *lab) killProof(b binary, k killed, file, next string) error {
	out, code, err := b.run(l, proof, file, &fault{name: "kill", after: k.after}, k.at)
	if err != nil || code != -1 {
		return fmt.Errorf("the process was not killed: code %d, %w\n%s", code, err, out)
	}
	was := l.proofLeft()
	out, code, err = b.run(l, "plan", file, nil, call{})
	if err != nil || code != 0 || !strings.Contains(out, "may have left its test person") || l.proofLeft() != was {
		return fmt.Errorf("a plan: code %d, %w, left is %s, then %s\n%s", code, err, was, l.proofLeft(), out)
	}
	out, code, err = b.run(l, next, file, nil, call{})
	if err != nil || code != 0 {
		return fmt.Errorf("the next run: code %d, %w\n%s", code, err, out)
	}
	return errors.Join(l.withoutProof(), leaks(out, l.secrets(&run{})))
}

// proofLeft names the people and counts the accounts that proofs left.
func (l *lab) proofLeft() string {
	var people []string
	for _, u := range l.sim.Snapshot().Users {
		if strings.HasPrefix(u.Username, "authpocket-test-") {
			people = append(people, u.Username)
		}
	}
	app := l.pocketbase.App()
	accounts, err := app.CountRecords("users")
	l.must(err)
	links, err := app.CountRecords("_externalAuths")
	l.must(err)
	return fmt.Sprint(people, accounts, links)
}

// withoutProof returns an error if anything is left of a proof, or a receipt of
// one is open.
func (l *lab) withoutProof() error {
	if left := l.proofLeft(); left != fmt.Sprint([]string(nil), 0, 0) {
		return fmt.Errorf("left are %s", left)
	}
	store, err := journal.Open(l.state())
	if err != nil {
		return err
	}
	list, _, err := store.List()
	proofs := 0
	for _, one := range list {
		if one.Kind == engine.ReceiptProof {
			proofs++
		}
		if one.Outcome == "" {
			err = errors.Join(err, fmt.Errorf("the receipt of the %s is open", one.Kind))
		}
	}
	if proofs == 0 {
		err = errors.Join(err, errors.New("there is no receipt of a proof"))
	}
	return err
}
