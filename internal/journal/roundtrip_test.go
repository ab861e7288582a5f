package journal

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// withoutSecrets returns a deep copy of v without secrets, independent of the
// code under test.
func withoutSecrets[T any](t *testing.T, v T) T {
	t.Helper()
	var out T
	blank(reflect.ValueOf(&v).Elem(), reflect.ValueOf(&out).Elem())
	return out
}

func blank(from, to reflect.Value) {
	if from.Type() == reflect.TypeFor[secret.Text]() || from.Type() == reflect.TypeFor[*secret.Text]() {
		return
	}
	if from.Type() == reflect.TypeFor[link.Shown]() || from.Type() == reflect.TypeFor[say.Text]() {
		to.Set(from)
		return
	}
	switch from.Kind() {
	case reflect.Pointer, reflect.Interface:
		if from.IsNil() {
			return
		}
		copied := reflect.New(from.Elem().Type()).Elem()
		blank(from.Elem(), copied)
		if from.Kind() == reflect.Pointer {
			copied = copied.Addr()
		}
		to.Set(copied)
	case reflect.Struct:
		for i := range from.NumField() {
			blank(from.Field(i), to.Field(i))
		}
	case reflect.Slice:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			blank(from.Index(i), to.Index(i))
		}
	default:
		to.Set(from)
	}
}

var sameText = cmp.Comparer(func(a, b secret.Text) bool { return a.Equal(b) })

// readAnew are fields which are read at each observation, or from the link file. No receipt keeps them.
var readAnew = cmp.Options{
	cmpopts.IgnoreFields(link.CollectionState{}, "Indexes"),
	cmpopts.IgnoreFields(link.CollectionField{}, "Options"),
	cmpopts.IgnoreFields(link.Spec{}, "Others", "Made"),
}

func TestStatesComeBackWithEveryField(t *testing.T) {
	for name, all := range map[string][]link.Object{
		"every field set": states(&filler{}), "every list empty": states(&filler{empty: true}),
		"nothing set": states(nil),
	} {
		for _, state := range all {
			t.Run(name+"/"+reflect.TypeOf(state).Elem().Name(), func(t *testing.T) {
				p, err := pack(state)
				must(t, err)
				got, err := unpack(p)
				must(t, err)
				if diff := cmp.Diff(withoutSecrets(t, state), got, sameText, readAnew); diff != "" {
					t.Errorf("not what went in:\n%s", diff)
				}
			})
		}
	}
}

func TestNilPointersOfAStateAreNothing(t *testing.T) {
	for _, state := range []link.Object{nil, (*link.Mapping)(nil), (*link.PairState)(nil), (*link.ProviderState)(nil),
		(*link.CollectionState)(nil)} {
		if p, err := pack(state); p != nil || err != nil {
			t.Errorf("%T gives %v, %v", state, p, err)
		}
	}
}

func TestASpecComesBackWithEveryField(t *testing.T) {
	var empty link.Spec
	f := filler{empty: true}
	f.fill(reflect.ValueOf(&empty).Elem())
	for name, spec := range map[string]link.Spec{"every field set": fullSpec(), "every list empty": empty,
		"nothing set": {}} {
		data, err := encodeJSON(packSpec(&spec, nil))
		must(t, err)
		var entry specEntry
		must(t, decodeJSON(data, &entry))
		if diff := cmp.Diff(withoutSecrets(t, spec), entry.Spec, sameText, readAnew); diff != "" {
			t.Errorf("%s: not what went in:\n%s", name, diff)
		}
	}
}

// Every new field of a plan must be either in the receipt or in the list of
// fields that receipts leave out.
func TestNoPartOfAPlanIsForgotten(t *testing.T) {
	for of, fields := range map[reflect.Type][]string{
		// Warnings were shown before the apply. Desired follows from the spec.
		// Purpose and Of are in Meta, Undoes are the changes of the receipt Of, and
		// Force is chosen each time. Only is a part of Changes, Restores the kind
		// of the receipt Of, Taken the time of the preview, and Saved where the plan was. Proof is in Meta, and
		// Part a part of Changes. What is Waiting is planned again.
		reflect.TypeFor[link.Plan](): {"Changes", "Spec", "Generated", "Warnings", "Desired", "Purpose", "Of",
			"Undoes", "Force", "Only", "Restores", "Taken", "Saved", "Proof", "Part", "Waiting"},
		reflect.TypeFor[link.Generated](): {"ClientID", "KeptID", "ClientSecret", "Person"}, // who is in Changes
		reflect.TypeFor[link.Change](): {"System", "Kind", "Object", "Action", "Fields", "Why", "Step", "Lost",
			"Before", "After", "Needs"},
		// Place, Default and Usual only say what a plan folds when it is shown.
		reflect.TypeFor[link.Field](): {"Name", "Before", "After", "Sensitive", "Generated", "Place", "Default",
			"Usual"},
	} {
		var now []string
		for i := range of.NumField() {
			now = append(now, of.Field(i).Name)
		}
		slices.Sort(now)
		slices.Sort(fields)
		if !slices.Equal(now, fields) {
			t.Errorf("%s has the fields %v, receipts know %v", of, now, fields)
		}
	}
}

func TestAReceiptComesBackWhole(t *testing.T) {
	dir := t.TempDir()
	plan := fullPlan()
	s := mustOpen(t, dir)
	m := meta()
	m.Kind, m.Of = Undo, "abcdefghij"
	r, err := s.Begin(&plan, m)
	must(t, err)
	must(t, r.AboutTo(0))
	must(t, r.Failed(0, say.Of("authentik gave no answer."), say.Of("Try again.")))
	must(t, r.AboutTo(0))
	must(t, r.Done(0, Note{IDs: map[link.Kind]string{"provider": "42"}, After: plan.Changes[3].After,
		Detail: "found by its name"}))
	must(t, r.AboutTo(1))
	must(t, r.Finish(Stopped))

	got, err := mustOpen(t, dir).Load(r.ID)
	must(t, err)
	ignoreStore := cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".store" || p.Last().String() == ".secrets"
	}, cmp.Ignore())
	if diff := cmp.Diff(r, got, sameText, readAnew, ignoreStore, cmp.AllowUnexported(Receipt{})); diff != "" {
		t.Errorf("memory and disk differ:\n%s", diff)
	}
	if diff := cmp.Diff(m, got.Meta); diff != "" {
		t.Error(diff)
	}
	if got.ClientID != "generated-id" || got.When.IsZero() || got.End.Outcome != Stopped ||
		got.End.When.Before(got.When) {
		t.Errorf("head and end are %+v, %+v", got, got.End)
	}
	for i, c := range got.Changes {
		if diff := cmp.Diff(withoutSecrets(t, plan.Changes[i]), c.Change, sameText, readAnew); diff != "" {
			t.Errorf("change %d is not what it was:\n%s", i, diff)
		}
	}
	var states []State
	for _, step := range got.Changes[0].Steps {
		states = append(states, step.State)
		if step.When.Before(got.When) {
			t.Errorf("step %q is before the beginning", step.State)
		}
	}
	if !slices.Equal(states, []State{AboutTo, Failed, AboutTo, Done}) || got.Changes[1].State() != AboutTo ||
		got.Changes[2].State() != Waiting {
		t.Errorf("the states are %v, %q, %q", states, got.Changes[1].State(), got.Changes[2].State())
	}
	last := got.Changes[0].Steps[3]
	if last.IDs["provider"] != "42" || last.Detail == "" ||
		!cmp.Equal(last.After, withoutSecrets(t, plan.Changes[3].After), sameText) {
		t.Errorf("the note is %+v", last.Note)
	}
	if !slices.Equal(last.AfterNotKept, []string{"client_secret"}) {
		t.Errorf("the note's secrets not kept are %v", last.AfterNotKept)
	}
}

func TestRawProvidersComeBackToTheByte(t *testing.T) {
	for _, raw := range []string{
		`{"name":"google", "clientId":"g","pkce":null,"x":1.0e1,"<":"\u003c\/"}`, "{\"name\":\"bytes \xff\xfe\"}",
		"{\n \"name\": \"lines\"\n}", `null`, ``, `[]`, `"text"`,
	} {
		c := &link.CollectionState{
			OAuth2: link.OAuth2State{Providers: []link.OAuth2Provider{{Slot: "google", Raw: json.RawMessage(raw)}}}}
		p, err := pack(c)
		must(t, err)
		got, err := unpack(p)
		must(t, err)
		if back := string(got.(*link.CollectionState).OAuth2.Providers[0].Raw); back != raw {
			t.Errorf("%q came back as %q", raw, back)
		}
	}
}

func TestStepsFollowTheProtocol(t *testing.T) {
	r := mustBegin(t, mustOpen(t, t.TempDir()), smallPlan())
	refused := func(what string, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	refused("done before it was announced", r.Done(0, Note{}))
	refused("failed before it was announced", r.Failed(0, say.Text{}, say.Text{}))
	refused("a change that is not there", r.AboutTo(2))
	refused("a change that is not there", r.AboutTo(-1))
	must(t, r.AboutTo(0))
	must(t, r.AboutTo(0)) // sent again after it was not found
	must(t, r.Done(0, Note{}))
	refused("announced after it was done", r.AboutTo(0))
	refused("an unknown outcome", r.Finish("fine"))
	must(t, r.Finish(Completed))
	refused("a step after the end", r.AboutTo(1))
	refused("a second end", r.Finish(Stopped))
}

func TestTheFileIsForPeopleToo(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	s.now = func() time.Time { return time.Date(2026, 11, 23, 12, 1, 2, 3, time.FixedZone("x", 3600)) }
	r := mustBegin(t, s, smallPlan())
	if want := "receipt-20261123T110102Z-" + r.ID + ".json"; r.fileName() != want {
		t.Errorf("it is called %s", r.fileName())
	}
	data, err := os.ReadFile(filepath.Join(s.dir, r.fileName()))
	must(t, err)
	if !strings.HasPrefix(string(data), "{\n \"version\": 1,\n") ||
		!strings.Contains(string(data), `"when": "2026-11-23T11:01:02.000000003Z"`) {
		t.Errorf("it begins %.200s", data)
	}
	if data[len(data)-1] != '}' {
		t.Errorf("it ends %q: a cut line break would not be seen", data[len(data)-5:])
	}
}

// A change of the format needs a new version. Version 1 must stay readable as
// long as there may be receipts of it.
func TestTheFormatOfVersion1Stays(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "version-1.json"))
	must(t, err)
	r, err := decode(data)
	must(t, err)
	if now, err := encode(r); err != nil || !bytes.Equal(now, data) {
		t.Errorf("what is written now is not of the format 1 (%v):\n%s", err, cmp.Diff(string(data), string(now)))
	}
}
