package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// grep fails for every file below dir that contains a secret, in any spelling.
func grep(t *testing.T, dir string, secrets ...string) (files int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		for _, s := range secrets {
			quoted, _ := json.Marshal(s)
			for _, spelling := range []string{s, string(quoted[1 : len(quoted)-1]), url.QueryEscape(s),
				url.PathEscape(s),
				base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)),
				hex.EncodeToString([]byte(s))} {
				if bytes.Contains(data, []byte(spelling)) {
					t.Errorf("%s holds the secret as %s", path, spelling)
				}
			}
		}
		return err
	}))
	return files
}

func TestSecretsAreNeverOnDisk(t *testing.T) {
	dir := t.TempDir()
	plan := fullPlan()
	var secrets []string
	for _, one := range secretsOf(plan) {
		secrets = append(secrets, one.Reveal())
	}
	// provider, pair, three slots and a person before and after, the spec's, the new one
	if len(secrets) != 2*(1+1+3+1)+2 {
		t.Fatalf("the plan has %d secrets", len(secrets))
	}
	s := mustOpen(t, dir)
	r := mustBegin(t, s, plan)
	for i, c := range plan.Changes {
		must(t, r.AboutTo(i))
		must(t, r.Failed(i, say.Of("It answered: %s", secrets[0]), say.Of("Use %s.", url.QueryEscape(secrets[1]))))
		must(t, r.AboutTo(i))
		must(t, r.Done(i, Note{After: c.After, Detail: "made with " + secrets[2]}))
	}
	must(t, r.Finish(Completed))
	if files := grep(t, dir, secrets...); files < 1 {
		t.Errorf("%d files were searched", files)
	}
	if step := r.Changes[0].Steps[1]; step.Summary.String() != "It answered: (hidden)" ||
		step.Todo.String() != "Use (hidden)." {
		t.Errorf("the words are %q %q", step.Summary, step.Todo)
	}
	t.Logf("searched for %d secrets in 7 spellings", len(secrets))
}

func TestWhatIsNotKeptIsNamed(t *testing.T) {
	dir := t.TempDir()
	r := mustBegin(t, mustOpen(t, dir), fullPlan())
	must(t, r.AboutTo(0)) // rewrites the file from the normalised receipt
	got, err := mustOpen(t, dir).Load(r.ID)
	must(t, err)
	if !slices.Equal(got.SpecNotKept, []string{"provider.client_secret"}) {
		t.Errorf("of the spec: %v", got.SpecNotKept)
	}
	for _, c := range got.Changes {
		var want int
		switch after := c.After.(type) {
		case *link.ProviderState, *link.PairState, *link.PersonState:
			want = 1
		case *link.CollectionState:
			want = len(after.OAuth2.Providers)
		}
		if len(c.BeforeNotKept) != want || len(c.AfterNotKept) != want {
			t.Errorf("of %T: %v, %v", c.After, c.BeforeNotKept, c.AfterNotKept)
		}
	}
}

func TestASecretInAFieldThatIsNotSecretStopsTheApply(t *testing.T) {
	const leaked = "the-very-secret-text"
	for where, plan := range map[string]link.Plan{
		"PocketBase: OAuth2 of the collection": func() link.Plan {
			p := smallPlan()
			p.Changes[1].After = &link.CollectionState{MFARule: "note: " + leaked}
			return p
		}(),
		"the settings": func() link.Plan {
			p := smallPlan()
			p.Spec.Application.Description = new("our secret is " + leaked)
			return p
		}(),
	} {
		dir := t.TempDir()
		plan.Generated.ClientSecret = secret.New(leaked)
		_, err := mustOpen(t, dir).Begin(&plan, meta())
		if said := wordsOf(t, err); !strings.Contains(said, where) || strings.Contains(said+err.Error(), leaked) {
			t.Errorf("%s: it says %s", where, said)
		}
		if left := filesIn(t, dir); len(left) > 0 {
			t.Errorf("%s: there is %v", where, left)
		}
	}
}

func TestAShortSecretIsNotLookedFor(t *testing.T) {
	plan := smallPlan()
	plan.Generated.ClientSecret = secret.New("pocketbase")
	mustBegin(t, mustOpen(t, t.TempDir()), plan)
}

func TestASensitiveFieldHoldsAMaskOnly(t *testing.T) {
	plan := smallPlan()
	plan.Changes[0].Fields = []link.Field{
		{Name: "client_secret", Before: link.ShowText("settled-1"), After: link.ShowText("hunter2"), Sensitive: true},
		{Name: "client_secret", After: link.ShowText("set (authentik's)"), Sensitive: true},
		{Name: "client_secret", Before: link.ShowNumber(12345), After: link.ShowText("not set"), Sensitive: true},
	}
	r := mustBegin(t, mustOpen(t, t.TempDir()), plan)
	var got []string
	for _, f := range r.Changes[0].Fields {
		got = append(got, f.Before.String(), f.After.String())
	}
	if want := []string{"set", "set", "(none)", "set (authentik's)", "set", "not set"}; !slices.Equal(got, want) {
		t.Errorf("they hold %v", got)
	}
}

func TestASecretInARawProviderIsCut(t *testing.T) {
	raw := `{"name":"google","clientSecret":"in the answer","clientId":"g"}`
	c := &link.CollectionState{
		OAuth2: link.OAuth2State{Providers: []link.OAuth2Provider{{Slot: "google", Raw: json.RawMessage(raw)}}}}
	p, err := pack(c)
	must(t, err)
	if bytes.Contains(p.Value, []byte("in the answer")) || !bytes.Contains(p.Value, []byte("clientId")) {
		t.Errorf("it is kept as %s", p.Value)
	}
	if !slices.Equal(p.NotKept, []string{"oauth2.providers.google.as_read.clientSecret"}) {
		t.Errorf("not kept are %v", p.NotKept)
	}
}
