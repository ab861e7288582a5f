package faults_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/report"
	"authpocket/test/draw"
)

// leastCuts is the minimum number of cuts. It must not shrink.
const leastCuts = 220

// quickCuts is how many of them a plain go test runs.
const quickCuts = 10

// cut is a case: during a call of a test sign-in the binary is killed, or the connection breaks.
type cut struct {
	rights
	at    call
	after bool // after the system has carried the call out
	kills bool
}

func (c cut) String() string {
	what, when := "broken", "before"
	if c.kills {
		what = "killed"
	}
	if c.after {
		when = "after"
	}
	return "test sign-in with " + c.name + " / " + what + " " + when + " " + c.at.String()
}

// rights are what authentik lets the token do in a test sign-in.
type rights struct {
	name    string
	without []report.Permission
	blind   bool // cannot tell whose account is left, so it stays
}

func allRights() []rights {
	return []rights{{name: "all rights"},
		{name: "no preview", without: []report.Permission{report.PermPreviewUser}},
		{name: "no users", without: []report.Permission{report.PermPreviewUser, report.PermViewUser}, blind: true}}
}

// TestASignInIsCutAtEveryCall kills the real binary before and after every call of a test sign-in, and breaks the
// connection there. The next test leaves no account behind, and none of anybody else is touched.
func TestASignInIsCutAtEveryCall(t *testing.T) {
	began := time.Now()
	b := buildBinary(t)
	labs := []*lab{newLab(t), newLab(t)}
	var all []cut
	for _, r := range allRights() {
		all = append(all, cuts(t, b, labs[0], r)...)
	}
	if len(all) < leastCuts {
		t.Errorf("there are %d cuts, fewer than %d", len(all), leastCuts)
	}
	chosen := all
	if !draw.All() {
		chosen = nil
		for _, i := range draw.Rand(t).Perm(len(all)) {
			waits := !all[i].kills && strings.Contains(all[i].at.what, "/auth-with-oauth2") // 30 s for PocketBase's log
			if len(chosen) < quickCuts && !waits {
				chosen = append(chosen, all[i])
			}
		}
		chosen = append(chosen, theWorst(all)...)
	}
	torn, cleared := 0, 0
	var mu sync.Mutex
	share(labs, chosen, func(l *lab, c cut) {
		left, err := l.cut(b, c)
		mu.Lock()
		defer mu.Unlock()
		if left {
			cleared++
		}
		if err != nil {
			torn++
			t.Errorf("%s:\n%v", c, err)
		}
	})
	if cleared == 0 {
		t.Error("no cut left an account behind")
	}
	draw.Report(t, "cuts of a test sign-in: %d of %d, %d left an account until the next one, %d torn, %.0f s",
		len(chosen), len(all), cleared, torn, time.Since(began).Seconds())
}

// theWorst returns the kills right after PocketBase created the account.
func theWorst(all []cut) (worst []cut) {
	for _, c := range all {
		if c.kills && c.after && strings.Contains(c.at.what, "/auth-with-oauth2") {
			worst = append(worst, c)
		}
	}
	return worst
}

// cuts returns a case for each call that a verify makes because of the test sign-in.
func cuts(t *testing.T, b binary, l *lab, r rights) (cases []cut) {
	t.Helper()
	l.readyToSignIn(r)
	defer l.clean()
	quiet := func(*process) func(call) *fault { return nil }
	without := map[call]bool{}
	for _, more := range [][]string{nil, l.signIn()} {
		out, code, err := b.do(l, append([]string{"verify", "--quick", "-f", l.signInFile()}, more...), quiet)
		if err != nil || code != 0 {
			t.Fatalf("undisturbed with %s: code %d, %v\n%s", r.name, code, err, out)
		}
		for _, c := range append(l.authentik.calls(), l.pb.calls()...) {
			if more == nil {
				without[c] = true
			} else if !without[c] {
				for _, kills := range []bool{true, false} {
					cases = append(cases, cut{r, c, false, kills}, cut{r, c, true, kills})
				}
			}
		}
	}
	if err := errors.Join(l.nobodyLeft(), l.tidy()); err != nil {
		t.Errorf("undisturbed with %s: %v", r.name, err)
	}
	return cases
}

func (l *lab) signInFile() string {
	fresh, _ := l.linkFiles()
	return fresh
}

// signIn returns the arguments of a test sign-in.
func (l *lab) signIn() []string {
	l.t.Helper()
	file := filepath.Join(l.dir, "password")
	l.must(os.WriteFile(file, []byte(horse+"\n"), 0o600))
	return []string{"--sign-in", "ada", "--password-file", file}
}

// readyToSignIn makes a link and an account of somebody else.
func (l *lab) readyToSignIn(r rights) {
	l.t.Helper()
	l.reset()
	linked(l)
	l.forget()
	app := l.pocketbase.App()
	_, err := app.DB().NewQuery("DELETE FROM users").Execute()
	l.must(err)
	users, err := app.FindCollectionByNameOrId("users")
	l.must(err)
	other := core.NewRecord(users)
	other.SetEmail("other@example.com")
	other.SetRandomPassword()
	l.must(app.Save(other))
	if r.without != nil {
		l.restrict(r.without...)
	}
}

// nobodyLeft checks that PocketBase has the account of somebody else, and no other.
func (l *lab) nobodyLeft() error {
	app := l.pocketbase.App()
	all, err := app.FindAllRecords("users")
	if err != nil || len(all) != 1 || all[0].Email() != "other@example.com" {
		return fmt.Errorf("the accounts are %v, %w", all, err)
	}
	if n, err := app.CountRecords("_externalAuths"); err != nil || n > 0 {
		return fmt.Errorf("%d external auths are left, %w", n, err)
	}
	return nil
}

// cut runs the case and another test afterwards. It returns whether there was an account in between, and everything
// that is wrong.
func (l *lab) cut(b binary, c cut) (left bool, err error) {
	l.readyToSignIn(c.rights)
	defer l.clean()
	args := append([]string{"verify", "--quick", "-f", l.signInFile()}, l.signIn()...)
	var struck atomic.Bool
	out, code, err := b.do(l, args, func(p *process) func(call) *fault {
		f := &fault{after: c.after, answer: reset}
		if c.kills {
			return p.killing(f, c.at)
		}
		return func(at call) *fault {
			if at != c.at {
				return nil
			}
			struck.Store(true)
			return f
		}
	})
	if err != nil || c.kills && code != -1 || !c.kills && (code < 0 || !struck.Load()) {
		return false, fmt.Errorf("the cut: code %d, %w\n%s", code, err, out)
	}
	wrong := []error{leaks(out, append(l.secrets(&run{}), horse, l.token))}
	left = l.nobodyLeft() != nil // or later: PocketBase may not have noticed yet
	out, code, err = b.do(l, args, func(*process) func(call) *fault { return nil })
	if err != nil || code != 0 {
		wrong = append(wrong, fmt.Errorf("the next test: code %d, %w\n%s", code, err, out))
	}
	told := "left behind is deleted"
	if c.blind {
		told = "may have created the account"
	}
	switch said := strings.Contains(out, told); {
	case left && !said:
		wrong = append(wrong, fmt.Errorf("the next test does not tell of the account:\n%s", out))
	case !left && !said: // PocketBase may not be done yet, so the note stays for a while
		notes, err := filepath.Glob(filepath.Join(l.state(), "sign-in-*.json"))
		l.must(err)
		for _, note := range notes {
			l.must(os.Remove(note))
		}
	}
	if c.blind {
		stays, err := l.dropAccount()
		if err != nil || stays != strings.Contains(out, told) {
			wrong = append(wrong, fmt.Errorf("an account stays: %v, %w\n%s", stays, err, out))
		}
	}
	wrong = append(wrong, leaks(out, append(l.secrets(&run{}), horse, l.token)), l.nobodyLeft(), l.tidy())
	return left, errors.Join(wrong...)
}

// dropAccount deletes the account of the test and reports whether there was one.
func (l *lab) dropAccount() (bool, error) {
	account, err := l.pocketbase.App().FindAuthRecordByEmail("users", "ada@example.com")
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, l.pocketbase.App().Delete(account)
}
