package engine_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/export"
	"authpocket/internal/link"
	"authpocket/internal/plans"
)

// An existing link leaves nothing to change, but can still be exported as a
// whole.
func TestTheWholeLinkIsWhatMadeIt(t *testing.T) {
	b := newBench(t)
	first, err := b.engine.Plan(t.Context(), b.minimal())
	if err != nil {
		t.Fatal(err)
	}
	before, err := b.engine.Whole(t.Context(), b.minimal())
	if err != nil {
		t.Fatal(err)
	}
	b.link(b.minimal())
	whole, err := b.engine.Whole(t.Context(), b.minimal())
	if err != nil {
		t.Fatal(err)
	}
	for name, one := range map[string]link.Plan{"before": before, "after": whole} {
		if got, want := objects(one), objects(first); !slices.Equal(got, want) {
			t.Errorf("%s the apply the whole link is %v, want %v", name, got, want)
		}
	}
	for i, c := range first.Changes {
		for _, f := range c.Fields {
			at := slices.IndexFunc(whole.Changes[i].Fields, func(x link.Field) bool { return x.Name == f.Name })
			generated := strings.HasSuffix(f.Name, "client_id") || strings.HasSuffix(f.Name, "clientId")
			if at < 0 || !generated && link.Show(whole.Changes[i].Fields[at].After) != link.Show(f.After) {
				t.Errorf("%s of %s is left out or another: %+v", f.Name, c.Object, whole.Changes[i].Fields)
			}
		}
	}
	last := whole.Changes[len(whole.Changes)-1]
	if n := len(last.After.(*link.CollectionState).OAuth2.Providers); n != 1 ||
		len(last.Before.(*link.CollectionState).OAuth2.Providers) != 0 {
		t.Errorf("%d providers are of the link, want its own alone", n)
	}
	for _, f := range export.Formats() {
		var text bytes.Buffer
		if err := f.Write(&text, whole); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if !strings.Contains(text.String(), whole.Desired.Provider.ClientID) ||
			strings.Contains(text.String(), whole.Desired.Provider.ClientSecret.Reveal()) {
			t.Errorf("%s has no client id, or the client secret:\n%s", f.Name, text.String())
		}
	}
}

// Restrictions of access are exported even if the spec does not name them.
func TestTheWholeLinkIsNotOpenToMorePeople(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	plan, err := b.engine.Plan(t.Context(), b.minimal())
	if err != nil {
		t.Fatal(err)
	}
	bound := link.BindingState{PK: "b1", Kind: "group", Target: link.Ref{ID: "g", Name: "staff"}, Order: 7,
		Enabled: true}
	whole := plans.Whole(&plan, link.AuthentikSnapshot{Bindings: []link.BindingState{bound}}, link.PocketBaseSnapshot{})
	if len(whole.Desired.Bindings) != 1 || whole.Desired.Bindings[0].Target.Name != "staff" ||
		whole.Desired.Bindings[0].PK != "" {
		t.Errorf("%+v", whole.Desired.Bindings)
	}
	if len(plan.Desired.Bindings) != 0 {
		t.Error("the plan itself was changed")
	}
}

func objects(p link.Plan) []string {
	var list []string
	for _, c := range p.Changes {
		list = append(list, string(c.Action)+" "+c.Object.String())
	}
	return list
}
