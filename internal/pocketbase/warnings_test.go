package pocketbase

import (
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
)

func TestWarnings(t *testing.T) {
	t.Parallel()
	open := link.CollectionState{Name: "users", CreateRule: new(""), AuthRule: new("")}
	foreign := link.OAuth2Provider{Slot: "google", ClientID: "g"}
	for _, one := range []struct {
		name  string
		spoil func(s *link.PocketBaseSnapshot, now *link.CollectionState, d *link.Desired)
		want  []report.WarningID
	}{
		{"nothing", func(*link.PocketBaseSnapshot, *link.CollectionState, *link.Desired) {}, nil},
		{"version unknown", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Version = ""
		}, []report.WarningID{"version-unknown"}},
		{"reads wipe", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Version = "0.36.7"
		}, []report.WarningID{"version-reads", "version-hijack"}},
		{"vulnerable", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Version = "0.37.3"
		}, []report.WarningID{"version-hijack"}},
		{"not vulnerable", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Version = "0.37.4"
		}, nil},
		{"0.40.0 alone", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Version = "0.40.0"
		}, nil},
		{"0.40.0 with others", func(s *link.PocketBaseSnapshot, now *link.CollectionState, _ *link.Desired) {
			s.Version, now.OAuth2.Providers = "0.40.0", []link.OAuth2Provider{foreign}
		}, []report.WarningID{"version-merge"}},
		{"perhaps 0.40.0", func(s *link.PocketBaseSnapshot, now *link.CollectionState, _ *link.Desired) {
			s.Version, now.OAuth2.Providers = "0.40+", []link.OAuth2Provider{foreign}
		}, []report.WarningID{"version-merge"}},
		{"linked to another", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Linked = map[string]int{"oidc2": 2, "oidc": 9}
		}, []report.WarningID{"already-linked"}},
		{"linked to ours", func(s *link.PocketBaseSnapshot, now *link.CollectionState, _ *link.Desired) {
			s.Linked, now.OAuth2.Providers = map[string]int{"oidc2": 2}, []link.OAuth2Provider{pbtest.Ours()}
		}, nil},
		{"slot of another", func(s *link.PocketBaseSnapshot, now *link.CollectionState, _ *link.Desired) {
			theirs := pbtest.Ours()
			theirs.ClientID = "theirs"
			s.Linked, now.OAuth2.Providers = map[string]int{"oidc2": 1}, []link.OAuth2Provider{theirs}
		}, []report.WarningID{"secret-lost", "already-linked"}},
		{"another app address", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Settings.AppURL = "http://localhost:8090"
		}, []report.WarningID{"app-url"}},
		{"the same app address", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Settings.AppURL = "https://pocketbase.company/"
		}, nil},
		{"rate limits", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Settings.RateLimits, s.Settings.AuthLimit = true, "2 per 3 s"
		}, []report.WarningID{"rate-limits"}},
		{"other rate limits", func(s *link.PocketBaseSnapshot, _ *link.CollectionState, _ *link.Desired) {
			s.Settings.RateLimits = true
		}, nil},
		{"internal http", func(_ *link.PocketBaseSnapshot, _ *link.CollectionState, d *link.Desired) {
			d.Slot.TokenURL = "http://authentik:9000/application/o/token/"
		}, []report.WarningID{"http-endpoints"}},
		{"closed", func(_ *link.PocketBaseSnapshot, now *link.CollectionState, d *link.Desired) {
			now.CreateRule, now.AuthRule = nil, nil
			d.Collection = *now
			d.Collection.OAuth2.Enabled = true
		}, []report.WarningID{report.WarningID(report.CauseCreateRule), report.WarningID(report.CauseAuthRule)}},
		{"turned off", func(_ *link.PocketBaseSnapshot, _ *link.CollectionState, d *link.Desired) {
			d.Collection.OAuth2.Enabled = false
		}, []report.WarningID{"oauth2-off"}},
		{"one field for two claims", func(_ *link.PocketBaseSnapshot, _ *link.CollectionState, d *link.Desired) {
			d.Collection.OAuth2.Mapped = link.MappedFields{Name: "nick", Username: "nick", AvatarURL: "picture"}
		}, []report.WarningID{"mapped-twice"}},
		{"closed, to be opened", func(_ *link.PocketBaseSnapshot, now *link.CollectionState, _ *link.Desired) {
			now.CreateRule, now.AuthRule = nil, nil
		}, []report.WarningID{"signs-out"}},
		{"MFA", func(_ *link.PocketBaseSnapshot, now *link.CollectionState, _ *link.Desired) { now.MFAEnabled = true },
			[]report.WarningID{report.WarningID(report.CauseMFA)}},
		{"e-mail", func(_ *link.PocketBaseSnapshot, now *link.CollectionState, d *link.Desired) {
			now.EmailRequired, d.Email = true, link.EmailLeave
		}, []report.WarningID{report.WarningID(report.CauseEmailUnverified)}},
		{"required field", func(_ *link.PocketBaseSnapshot, now *link.CollectionState, _ *link.Desired) {
			now.Fields = []link.CollectionField{{Name: "phone", Type: "text", Required: true}, {Name: "password",
				Required: true,
				System:   true}, {Name: "nick", Required: true}}
		}, []report.WarningID{report.WarningID(report.CauseRequiredField)}},
		{"mapped id", func(_ *link.PocketBaseSnapshot, _ *link.CollectionState, d *link.Desired) {
			d.Collection.OAuth2.Mapped.ID = "id"
		}, []report.WarningID{"mapped-id"}},
		{"no such collection", func(_ *link.PocketBaseSnapshot, now *link.CollectionState, _ *link.Desired) {
			now.Name, now.MFAEnabled = "members", true
		}, nil},
	} {
		snap := link.PocketBaseSnapshot{Version: "0.39.11"}
		now := open
		d := link.Desired{AuthentikURL: "https://authentik.company", PocketBaseURL: "https://pocketbase.company",
			Collection: open, Slot: pbtest.Ours(), Email: link.EmailTrustAll}
		d.Collection.OAuth2.Enabled = true
		one.spoil(&snap, &now, &d)
		snap.Collections = []link.CollectionState{now}
		var got []report.WarningID
		for _, w := range Warnings(snap, &d) {
			if w.System != report.PB || w.Summary.Empty() || w.Detail.Empty() {
				t.Errorf("%s: the warning lacks something: %+v", one.name, w)
			}
			got = append(got, w.ID)
		}
		if !slices.Equal(got, one.want) {
			t.Errorf("%s: %v, want %v", one.name, got, one.want)
		}
	}
}

func TestManagedBy(t *testing.T) {
	t.Parallel()
	snap := link.PocketBaseSnapshot{Version: "0.39.11", Settings: link.SettingsState{AppName: "Beszel"},
		Collections: []link.CollectionState{{Name: "users", AuthRule: new("")}}}
	d := link.Desired{Collection: snap.Collections[0], Slot: pbtest.Ours(), PocketBaseURL: "https://pocketbase.company",
		Preset: "beszel"}
	snap.Collections[0].MFAEnabled, snap.Collections[0].AuthRule = true, nil
	d.Collection = snap.Collections[0]
	details := map[report.WarningID]string{}
	for _, w := range Warnings(snap, &d) {
		details[w.ID] = w.Detail.String()
	}
	if !strings.Contains(details[report.WarnAppRedirect], "such as https://pocketbase.company. The preset") {
		t.Errorf("its own address is not asked for: %v", details)
	}
	d.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://pocketbase.company/", Mode: link.RedirectStrict}}
	if slices.ContainsFunc(Warnings(snap, &d), func(w link.Warning) bool { return w.ID == report.WarnAppRedirect }) {
		t.Error("an address that is there is asked for")
	}
	for cause, says := range map[report.CauseID][]string{
		report.CauseCreateRule: {"does not last", "USER_CREATION=true"},
		report.CauseMFA:        {`Set the MFA rule to @request.context != "oauth2"`, "MFA_OTP", "the rule lasts"},
		report.CauseAuthRule:   {"Set authRule", "the change lasts"},
	} {
		for _, words := range says {
			if !strings.Contains(details[report.WarningID(cause)], words) {
				t.Errorf("%s: %q lacks %q", cause, details[report.WarningID(cause)], words)
			}
		}
	}
	if strings.Contains(details[report.WarningID(report.CauseCreateRule)], "Set createRule") ||
		strings.Contains(details[report.WarningID(report.CauseMFA)], "not last") {
		t.Errorf("it offers what does not last: %v", details)
	}
}

func TestEarlierSignInsAreLaidToAnotherProviderOnlyWhereItIsKnown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change  func(*link.OAuth2Provider) // nil: the slot is empty
		another bool
	}{
		"the link was removed":         {},
		"another client of the system": {func(p *link.OAuth2Provider) { p.ClientID = "theirs" }, false},
		"a provider of another system": {func(p *link.OAuth2Provider) { p.AuthURL = "https://other.company/" }, true},
	} {
		now := link.CollectionState{Name: "users", CreateRule: new(""), AuthRule: new("")}
		d := link.Desired{AuthentikURL: "https://authentik.company", Collection: now, Slot: pbtest.Ours()}
		if test.change != nil {
			there := pbtest.Ours()
			test.change(&there)
			now.OAuth2.Providers = []link.OAuth2Provider{there}
		}
		snap := link.PocketBaseSnapshot{Version: "0.39.11", Linked: map[string]int{"oidc2": 2},
			Collections: []link.CollectionState{now}}
		found := link.Find(Warnings(snap, &d), func(w link.Warning) bool { return w.ID == report.WarnAlreadyLinked })
		if found == nil || strings.Contains(found.Summary.String(), "another provider") != test.another ||
			strings.Contains(found.Detail.String(), "they keep their accounts") == test.another {
			t.Errorf("%s: it warns %+v", name, found)
		}
	}
}
