package preset_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/preset"
)

func TestEveryPresetIsWhole(t *testing.T) {
	names := preset.Names()
	if want := []string{"beszel", "wanderer", "other-domain", "own-domain"}; !slices.Equal(names, want) {
		t.Errorf("the presets are %v, want %v", names, want)
	}
	if named := link.Each(preset.All(), func(p preset.Preset) string { return p.Name }); !slices.Equal(named, names) {
		t.Errorf("the files are %v and name themselves %v", names, named)
	}
	word := regexp.MustCompile(`^[a-z][a-z-]*[a-z]$`)
	for _, p := range preset.All() {
		if !word.MatchString(p.Name) || p.Label().Empty() || len(p.Sources) == 0 {
			t.Errorf("%s lacks something: %+v", p.Name, p)
		}
		for _, source := range p.Sources {
			if u, err := url.Parse(source); err != nil || u.Scheme != "https" {
				t.Errorf("%s: the source %s", p.Name, source)
			}
		}
		for _, address := range append(slices.Clone(p.RedirectURIs), p.Application.LaunchURL, p.Application.Icon) {
			if address != "" && !strings.HasPrefix(address, "{base}") && !strings.HasPrefix(address, "{app}") {
				t.Errorf("%s: %s is an address of somebody else", p.Name, address)
			}
			if strings.Contains(address, "{app}") && !p.NeedsApp {
				t.Errorf("%s: %s may be anywhere", p.Name, address)
			}
		}
		for _, w := range p.Writes {
			if w.Field == "" || w.Variable == "" || w.Value == "" || slices.Contains(p.Keeps, w.Field) {
				t.Errorf("%s: what it writes lacks something: %+v", p.Name, w)
			}
		}
		if p.Title == "" && (p.Signs != preset.Signs{} || len(p.Writes) > 0) {
			t.Errorf("%s is about an app without a name", p.Name)
		}
	}
}

// The specs of all presets are accepted, with the addresses that they lead to.
func TestEveryPresetExpandsToAGoodSpec(t *testing.T) {
	for _, p := range preset.All() {
		s := link.Spec{Preset: &p.Name, Email: link.EmailLeave, PocketBaseURLs: []string{"https://one.company",
			"https://two.company"}}
		if p.NeedsApp {
			if len(preset.Problems(&s)) != 1 || preset.Problems(&s)[0].Field != "application.launch_url" {
				t.Errorf("%s: without the app's address: %v", p.Name, preset.Problems(&s))
			}
			s.Application.LaunchURL = new("https://app.company/")
		}
		s = preset.Expand(s)
		set := s
		set.Application = link.Application{Name: &s.Defaults.Name, Slug: &s.Defaults.Slug,
			LaunchURL: new(s.DefaultAddress(s.Defaults.LaunchURL, "")),
			Icon:      new(s.DefaultAddress(s.Defaults.Icon, ""))}
		if s.Defaults.Slug == "" {
			set.Application.Name, set.Application.Slug = nil, nil
		}
		for _, u := range s.NeededRedirects("") {
			set.Provider.RedirectURIs = append(set.Provider.RedirectURIs, link.RedirectURI{URL: u})
		}
		if problems := append(set.Validate(), preset.Problems(&s)...); len(problems) > 0 {
			t.Errorf("%s: %v", p.Name, problems)
		}
	}
}

func TestRedirectURIsOfApps(t *testing.T) {
	two := []string{"https://one.company", "https://two.company/pb"}
	own := []string{"https://one.company/api/oauth2-redirect", "https://two.company/pb/api/oauth2-redirect"}
	for name, want := range map[string][]string{
		"beszel": {"https://one.company", "https://one.company/", "https://two.company/pb",
			"https://two.company/pb/"},
		"wanderer":   {"https://app.company/login/redirect"},
		"own-domain": nil, "other-domain": nil, "": nil,
	} {
		s := preset.Expand(link.Spec{Preset: &name, PocketBaseURLs: two,
			Application: link.Application{LaunchURL: new("https://app.company/")}})
		if diff := cmp.Diff(append(slices.Clone(own), want...), s.NeededRedirects("")); diff != "" {
			t.Errorf("%q (want -, got +):\n%s", name, diff)
		}
	}
}

func TestAnUnknownPresetHasTheNames(t *testing.T) {
	problems := preset.Problems(&link.Spec{Preset: new("bezsel")})
	if len(problems) != 1 || problems[0].Field != "preset" ||
		problems[0].Todo.String() != "Use beszel, wanderer, other-domain or own-domain." {
		t.Errorf("bezsel: %v", problems)
	}
	if problems := preset.Problems(&link.Spec{Preset: new("")}); len(problems) > 0 {
		t.Errorf("none: %v", problems)
	}
}

func TestAppsAreRecognised(t *testing.T) {
	role := link.CollectionField{Name: "role", Type: "select",
		Options: []byte(`{"name":"role","values":["user","admin","readonly"]}`)}
	other := link.CollectionField{Name: "role", Type: "select", Options: []byte(`{"values":["user","admin"]}`)}
	for name, test := range map[string]struct {
		app    string
		fields []link.CollectionField
		want   string
	}{
		"by its name":               {"Beszel", nil, "beszel"},
		"by its name in a sentence": {"Our wanderer", nil, "wanderer"},
		"by its collection":         {"Monitoring", []link.CollectionField{role}, "beszel"},
		"its name counts first":     {"wanderer", []link.CollectionField{role}, "wanderer"},
		"other roles":               {"Monitoring", []link.CollectionField{other}, ""},
		"a field without options":   {"Acme", []link.CollectionField{{Name: "role", Type: "select"}}, ""},
		"nothing":                   {"", nil, ""},
	} {
		snap := link.PocketBaseSnapshot{Settings: link.SettingsState{AppName: test.app},
			Collections: []link.CollectionState{{Name: "users", Fields: test.fields}}}
		got, why := preset.Recognise(snap)
		if (got == nil) != (test.want == "") || got != nil && (got.Name != test.want || why.Empty()) {
			t.Errorf("%s: %+v, %s", name, got, why)
		}
		if none := preset.Of(&link.Spec{Preset: new("")}, &snap); none != nil {
			t.Errorf("%s: although the spec says none: %+v", name, none)
		}
	}
}

// The page about presets has every name, variable and source.
func TestThePageHasTheFacts(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "presets.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range preset.All() {
		facts := append([]string{"`" + p.Name + "`"}, p.Sources...)
		for _, w := range p.Writes {
			facts = append(facts, "`"+w.Field+"`", w.Variable)
		}
		for _, fact := range append(facts, p.Keeps...) {
			if !strings.Contains(string(page), fact) {
				t.Errorf("docs/presets.md does not have %s", fact)
			}
		}
	}
}

func TestTheAddressOfAnAppIsThatOfPocketBasesSettings(t *testing.T) {
	for address, want := range map[string]string{"https://trails.company/": "https://trails.company",
		"http://localhost:8090": "", "http://pocketbase:8090/": "", "": ""} {
		snap := link.PocketBaseSnapshot{URL: "http://pocketbase:8090", Settings: link.SettingsState{AppURL: address}}
		if got := preset.Named("wanderer").AppURL(&snap); got != want {
			t.Errorf("%q gives %q, want %q", address, got, want)
		}
	}
	if got := preset.Named("beszel").AppURL(&link.PocketBaseSnapshot{Settings: link.SettingsState{
		AppURL: "https://x.company"}}); got != "" {
		t.Errorf("Beszel is at %q", got)
	}
}
