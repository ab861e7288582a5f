package journal

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

func TestASavedPlanComesBackWithoutSecrets(t *testing.T) {
	plan := fullPlan()
	data, err := EncodePlan(&plan, meta())
	must(t, err)
	if bytes.Contains(data, []byte("canary")) {
		t.Errorf("it holds a secret: %s", data)
	}
	saved, err := DecodePlan(data)
	must(t, err)
	want := link.Plan{Changes: withoutSecrets(t, plan.Changes), Spec: withoutSecrets(t, plan.Spec),
		Warnings: plan.Warnings}
	for _, c := range want.Changes {
		for i, f := range c.Fields {
			c.Fields[i] = asShown(f)
		}
	}
	diff := cmp.Diff(want.Changes, saved.Changes, sameText, readAnew) +
		cmp.Diff(want.Spec, saved.Spec, sameText, readAnew) +
		cmp.Diff(want.Warnings, saved.Warnings, cmpopts.EquateEmpty()) + cmp.Diff(meta(), saved.Meta)
	if diff != "" || saved.Generated.ClientID != plan.Generated.ClientID || !saved.Saved || !saved.GivenSecret {
		t.Errorf("the plan (want -, got +):\n%s", diff)
	}
	leaky := link.Plan{Spec: link.Spec{AuthentikURL: canary(1)}}
	if _, err := EncodePlan(&leaky, meta(), secret.New(canary(1))); err == nil {
		t.Error("a secret that stands in an address is saved")
	}
}

func TestASavedPlanThatWasAlteredIsRefused(t *testing.T) {
	data, err := EncodePlan(new(smallPlan()), meta())
	must(t, err)
	body, err := unseal(savedKey, planVersion, data)
	must(t, err)
	more, err := seal(savedKey, planVersion, append([]byte(`{"more":1,`), body[1:]...))
	must(t, err)
	receipt, err := seal(receiptKey, version, body)
	must(t, err)
	newer, err := seal(savedKey, planVersion+1, []byte("{}"))
	must(t, err)
	for name, test := range map[string]struct {
		data []byte
		kind error
	}{
		"another value":        {bytes.Replace(data, []byte("create"), []byte("delete"), 1), ErrUnreadable},
		"an unknown key":       {append([]byte(`{"more":1,`), data[1:]...), ErrUnreadable},
		"an unknown key in it": {more, nil},
		"a receipt":            {receipt, ErrUnreadable},
		"a newer version":      {newer, ErrNewer},
		"less":                 {data[:len(data)-1], ErrUnreadable},
		"nothing":              {nil, ErrUnreadable},
	} {
		_, err := DecodePlan(test.data)
		if err == nil || test.kind != nil && !errors.Is(err, test.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
