package signins

import (
	"strings"
	"testing"

	"authpocket/internal/engine/signins"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// signIn signs the link's person in and returns the verdict.
func (l *linked) signIn(b *browser, prediction *signin.Prediction) signin.Verdict {
	l.t.Helper()
	s, err := l.e.SignIns.Start(l.t.Context(), &l.d, "")
	if err != nil {
		l.t.Errorf("%s: starting: %v", l.name, err)
		return signin.Verdict{}
	}
	return l.finish(b, s, prediction)
}

func (l *linked) finish(b *browser, s signins.Test, prediction *signin.Prediction) signin.Verdict {
	l.t.Helper()
	defer b.close()
	back, err := b.signIn(l.t.Context(), s, l.username)
	if err != nil {
		l.t.Errorf("%s: signing in: %v", l.name, err)
		return signin.Verdict{}
	}
	v := l.e.SignIns.Finish(l.t.Context(), &l.d, s, back,
		signins.Expected{Person: l.person, Prediction: prediction}, nil)
	l.holdSecrets(v, back.Code.Reveal(), s.CodeVerifier.Reveal(), l.d.Provider.ClientSecret.Reveal())
	return v
}

// holdSecrets checks that no secret is shown.
func (l *linked) holdSecrets(v signin.Verdict, secrets ...string) {
	l.t.Helper()
	var text strings.Builder
	for _, e := range v.Evidence {
		text.WriteString(e.Text.String() + "\n")
	}
	for key, value := range v.Claims {
		text.WriteString(key + value + "\n")
	}
	text.WriteString(v.Words().String() + v.Todo.String())
	for _, one := range secrets {
		if one != "" && strings.Contains(text.String(), one) {
			l.t.Errorf("%s: a secret is shown in %s", l.name, text.String())
		}
	}
	if !v.Over {
		l.t.Errorf("%s: the verdict is not over", l.name)
	}
}

func TestASignInThatWorks(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("works", nil)
	foreseen, err := l.e.SignIns.Foresee(t.Context(), l.d, l.person)
	if err != nil || foreseen.Outcome != signin.OutcomeNew || foreseen.Email != "ada@example.com" ||
		foreseen.Sent["email_verified"] != "true" {
		t.Fatalf("foreseen: %+v, %v", foreseen, err)
	}
	v := l.signIn(newBrowser(""), &foreseen)
	if !v.Works || v.Outcome != signin.OutcomeNew || !v.AsPredicted || v.Record == nil ||
		v.Record.Email != "ada@example.com" || !v.Record.Verified || v.Record.Name != "Ada Lovelace" {
		t.Fatalf("%+v", v)
	}
	for _, stage := range v.Stages {
		if stage.State != signin.StageDone {
			t.Errorf("%+v", stage)
		}
	}
	if v.Claims["email"] != "ada@example.com" || v.Claims["preferred_username"] != "ada" {
		t.Errorf("the claims are %v", v.Claims)
	}
	if len(v.Evidence) < 2 || !strings.Contains(v.Evidence[0].Text.String(), "ada signed in") ||
		!strings.Contains(v.Evidence[1].Text.String(), "authorised for") {
		t.Errorf("the evidence is %v", v.Evidence)
	}

	again, err := l.e.SignIns.Foresee(t.Context(), l.d, l.person)
	if err != nil || again.Outcome != signin.OutcomeReturns || again.Account.ID != v.Record.ID {
		t.Fatalf("foreseen: %+v, %v", again, err)
	}
	if second := l.signIn(newBrowser(""), &again); !second.Works || second.Outcome != signin.OutcomeReturns ||
		!second.AsPredicted || second.Record.ID != v.Record.ID {
		t.Errorf("%+v", second)
	}
}

// signInWithout makes a sign-in without a browser and returns its verdict.
func (l *linked) signInWithout(password string) signin.Verdict {
	check, v := l.e.SignIns.Run(l.t.Context(), &l.d,
		signin.Credentials{Name: l.username, Password: secret.New(password)})
	if v == nil {
		l.t.Errorf("%s: no verdict: %+v", l.name, check)
		return signin.Verdict{}
	}
	return *v
}
