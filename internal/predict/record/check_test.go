package record_test

import (
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"testing"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/predict/record"
)

// validated returns what PocketBase refuses in the record.
func validated(t rapid.TB, app core.App, saved *core.Record) (faults []record.Fault) {
	defer func() {
		switch crash := recover().(type) {
		case nil:
		case runtime.Error:
			faults = []record.Fault{{}} // PocketBase's validation of URLs
		default:
			panic(crash)
		}
	}()
	err := app.Validate(saved)
	if err == nil {
		return nil
	}
	var problems validation.Errors
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	for field, problem := range problems {
		var coded validation.Error
		if !errors.As(problem, &coded) {
			t.Fatalf("%s: %v", field, problem)
		}
		if coded.Code() == "validation_missing_rel_records" || field == "password" {
			continue // can't be told from the record
		}
		faults = append(faults, record.Fault{Field: field, Code: coded.Code()})
	}
	return sorted(faults)
}

// answered returns the record's values as PocketBase answers them to a superuser.
func answered(t rapid.TB, saved *core.Record) map[string]json.RawMessage {
	for _, f := range saved.Collection().Fields {
		saved.Unhide(f.GetName())
	}
	data, err := json.Marshal(saved.IgnoreEmailVisibility(true))
	if err != nil {
		t.Skip("PocketBase can't answer the record: ", err)
	}
	values := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &values); err != nil {
		t.Fatal(err)
	}
	return values
}

// TestRealRecords compares Check with the validation of a real PocketBase, for records that it stored unchecked.
func TestRealRecords(t *testing.T) {
	r := startReal(t)
	provider := r.provider(t)
	related := core.NewBaseCollection("related")
	if err := r.server.App().Save(related); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		app := r.server.App()
		c, err := r.collection(provider, randomCollection(t, related.Id))
		if err != nil {
			t.Skip("PocketBase refuses the collection: ", err)
		}
		defer func() {
			if err := app.Delete(c); err != nil {
				t.Error(err)
			}
		}()
		made := core.NewRecord(c)
		for _, f := range c.Fields {
			if f.GetName() != "id" && f.Type() != core.FieldTypePassword && !sometimes(t, "leave") {
				made.Set(f.GetName(), anyWord().Draw(t, f.GetName()))
			}
		}
		if err := app.SaveNoValidate(made); err != nil {
			t.Skip("the database refuses the record: ", err)
		}
		saved, err := app.FindRecordById(c, made.Id)
		if err != nil {
			t.Fatal(err)
		}
		s, values := state(t, c), answered(t, saved)
		want := validated(t, app, saved)
		// PocketBase shows neither to anybody.
		want = slices.DeleteFunc(want, func(f record.Fault) bool {
			return f.Field == "tokenKey" || isPassword(c, f.Field)
		})
		if got := sorted(record.Check(&s, values, release)); !slices.Equal(got, want) {
			t.Fatalf("PocketBase refuses %v, Check %v\n%s\n%s", want, got, values, options(s))
		}
	})
}

func isPassword(c *core.Collection, name string) bool {
	f := c.Fields.GetByName(name)
	return f != nil && f.Type() == core.FieldTypePassword
}

// options returns the collection's fields as PocketBase gave them.
func options(s link.CollectionState) string {
	text := ""
	for _, f := range s.Fields {
		text += "\n" + string(f.Options)
	}
	return text
}
