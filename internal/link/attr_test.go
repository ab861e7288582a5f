package link_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
)

// A field of an object is in the object's table, or it is named here with why
// no table has it.
func TestEveryFieldOfAnObjectIsInItsTable(t *testing.T) {
	keys := []string{"PK", "ID", "Ref"}
	// what authentik calls the provider that is there
	covered(t, link.ApplicationAttrs(), append(keys, "ProviderKind", "Other")...) // no link has others
	covered(t, link.ProviderAttrs(), append(keys,
		"EncryptionKey", "Other", // is read and never written
		"ApplicationSlug", "ApplicationName", // are the application's
	)...)
	covered(t, link.MappingAttrs(), append(keys, "Managed")...) // is authentik's own
	covered(t, link.KeyAttrs())
	covered(t, link.BindingAttrs(), append(keys,
		"Application", "Kind", "Target", // bind what to what
		"Timeout", "Expires", "Superusers", // are read and never written
	)...)
	covered(t, link.PersonAttrs(), "PK", "Subject", // are read and never written
		"Verified", "Mark", "Password") // are attributes, and a call of its own
	covered(t, link.SlotAttrs(), "Slot", "Raw", // tell which element it is, and what it was
		"ClientSecret") // is never shown, so that no table compares it
	covered(t, link.OAuth2Attrs(), "Providers")
	covered(t, slices.Concat(link.RuleAttrs(), link.MethodAttrs()), append(keys,
		"Name", "OAuth2", // have tables of their own
		"System", "Updated", "MFAEnabled", "MFARule", "EmailRequired", "Fields",
		"Indexes")...) // are read and never written
	// are read and never written
	covered(t, link.SettingsAttrs(), "AppName", "AppURL", "RateLimits", "AuthLimit", "SuperuserIPs")
}

// covered finds the fields of an object that no row of the table points to.
func covered[W, S any](t *testing.T, table []*link.Attr[W, *S], others ...string) {
	t.Helper()
	var object S
	pointed := map[uintptr]bool{}
	for _, a := range table {
		if a.Held() {
			at := reflect.ValueOf(a.At(&object)).Pointer()
			if pointed[at] {
				t.Errorf("%T: the field of %s is in the table twice", object, a.Key)
			}
			pointed[at] = true
		}
	}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		for i := range v.NumField() {
			name, field := v.Type().Field(i).Name, v.Field(i)
			switch {
			case pointed[field.Addr().Pointer()], slices.Contains(others, name):
			case name == "Provider": // is in the table by its name, for people
			case field.Type() == reflect.TypeFor[link.MappedFields]():
				walk(field)
			default:
				t.Errorf("%s.%s is in no table", v.Type().Name(), name)
			}
		}
	}
	walk(reflect.ValueOf(&object).Elem())
}

// A field that a spec has is read from the settings page into the key of the
// link file that its row names, and into no other.
func TestEveryFieldOfASpecIsInATable(t *testing.T) {
	chosen := slices.Concat(
		choices(t, link.ApplicationAttrs()), choices(t, link.ProviderAttrs()), choices(t, link.AccessAttrs()),
		choices(t, link.PlaceAttrs()),
		choices(t, link.SlotAttrs()), choices(t, link.OAuth2Attrs()), choices(t, link.RuleAttrs()),
		choices(t, link.MethodAttrs()), choices(t, link.SettingsAttrs()), choices(t, link.GroupAttrs()),
		choices(t, link.GroupsClaimAttrs()),
	)
	for prefix, spec := range map[string]reflect.Type{
		"application.": reflect.TypeFor[link.Application](), "provider.": reflect.TypeFor[link.Provider](),
		"access.": reflect.TypeFor[link.Access](), "pocketbase.": reflect.TypeFor[link.PocketBase](),
	} {
		for i := range spec.NumField() {
			key, _, _ := strings.Cut(spec.Field(i).Tag.Get("json"), ",")
			name := prefix + key
			if name == "provider.-" {
				name = "provider.client_secret" // no receipt holds it
			}
			if n := times(chosen, name); n != 1 {
				t.Errorf("%s is in %d tables", name, n)
			}
		}
	}
}

func choices[W, S any](t *testing.T, table []*link.Attr[*W, S]) (chosen []string) {
	t.Helper()
	for _, a := range table {
		if !a.Chosen() {
			continue
		}
		chosen = append(chosen, a.Spec)
		if a.Ask.Control == link.AskNothing {
			continue
		}
		var want W
		a.Take(&want, link.Ticked)
		if given, set := a.Given(&want); given != link.Ticked || !set {
			t.Errorf("%s: what was answered reads %q, %v", a.Spec, given, set)
		}
		v := reflect.ValueOf(want)
		for i := range v.NumField() {
			key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if set := !v.Field(i).IsZero(); set != strings.HasSuffix(a.Spec, "."+key) {
				t.Errorf("%s: the key %s is set: %v", a.Spec, key, set)
			}
		}
	}
	return chosen
}

func times(list []string, s string) (n int) {
	for _, one := range list {
		if one == s {
			n++
		}
	}
	return n
}

func TestRowsSayWhatTheirReadersNeed(t *testing.T) {
	worded(t, link.ApplicationAttrs())
	worded(t, link.ProviderAttrs())
	worded(t, link.MappingAttrs())
	worded(t, link.KeyAttrs())
	worded(t, link.AccessAttrs())
	worded(t, link.BindingAttrs())
	worded(t, link.PlaceAttrs())
	worded(t, link.SlotAttrs())
	worded(t, link.OAuth2Attrs())
	worded(t, link.RuleAttrs())
	worded(t, link.MethodAttrs())
	worded(t, link.SettingsAttrs())
}

func worded[W, S any](t *testing.T, table []*link.Attr[W, S]) {
	t.Helper()
	for _, a := range table {
		switch {
		case a.Label == "":
			t.Errorf("%s%s has no label", a.Key, a.Spec)
		case a.Held() && a.Key == "":
			t.Errorf("%s has no key", a.Label)
		case a.Chosen() != (a.Spec != ""):
			t.Errorf("%s: a spec chooses it: %v, at %q", a.Label, a.Chosen(), a.Spec)
		case len(a.Ask.Answers) > 0 && len(a.Ask.Answers) != len(a.Values):
			t.Errorf("%s has %d answers for %d values", a.Spec, len(a.Ask.Answers), len(a.Values))
		}
	}
}
