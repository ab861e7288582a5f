// Package preset holds what is known about apps that are built on PocketBase: one file per app, with its sources.
package preset

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

//go:embed data/apps/*.yaml data/ways/*.yaml
var data embed.FS

// Preset is what is known about an app, or about a way in which apps are set up.
type Preset struct {
	Name  string `yaml:"name"`
	Title string `yaml:"title"` // the app's own name, empty where the preset is not about one app

	Signs       Signs  `yaml:"recognise"`
	Collection  string `yaml:"collection"` // where its users are, empty for PocketBase's default
	Application struct {
		Name      string `yaml:"name"`
		Slug      string `yaml:"slug"`
		LaunchURL string `yaml:"launch_url"`
		Icon      string `yaml:"icon"`
	} `yaml:"application"`
	// NeedsApp reports whether people open the app at an address that PocketBase's does not tell: the spec's launch
	// URL.
	NeedsApp bool `yaml:"needs_app"`
	// RedirectURIs are those beside PocketBase's own.
	RedirectURIs []string `yaml:"redirect_uris"`
	// PopupOff is the variable that makes the app return to its own address, empty if it always does.
	PopupOff string   `yaml:"popup_off"`
	Writes   []Write  `yaml:"writes"`
	Keeps    []string `yaml:"keeps"` // fields of PocketBase that look as if the app wrote them, and that it leaves alone
	Roles    *Roles   `yaml:"roles"`
	Sources  []string `yaml:"sources"`
}

// Signs are what an app is recognised by. Any one of them is enough.
type Signs struct {
	AppName string `yaml:"app_name"` // contained in the app name of PocketBase's settings, in small letters
	Field   *Field `yaml:"field"`    // of the preset's collection
}

// Field is a field of a collection.
type Field struct {
	Name   string   `yaml:"name"`
	Type   string   `yaml:"type"`
	Values []string `yaml:"values"`
}

// Write is a setting that the app writes to its collection at each start, so that no other value lasts.
type Write struct {
	Key   string `yaml:"key"`   // of link files, empty if they have none
	Field string `yaml:"field"` // PocketBase's
	// Variable of the app's environment decides the setting. Value turns on what it is named for.
	Variable string `yaml:"variable"`
	Value    string `yaml:"value"`
}

// Set returns the variable with its value, as an environment has it.
func (w Write) Set() string { return w.Variable + "=" + w.Value }

// Roles is the field in which the app keeps what its users may do.
type Roles struct {
	Field  string   `yaml:"field"`
	New    string   `yaml:"new"` // what new users get
	Values []string `yaml:"values"`
}

// presets reads the files. They are part of the program, and a test reads them all.
var presets = sync.OnceValue(func() []Preset {
	var list []Preset
	for _, file := range files() {
		one, err := read(file)
		if err != nil {
			panic(fmt.Errorf("reading the preset %s: %w", file, err))
		}
		list = append(list, one)
	}
	return list
})

// files returns the paths of the presets: those of apps, then those of no app.
func files() (paths []string) {
	for _, kind := range []string{"data/apps", "data/ways"} {
		entries, err := data.ReadDir(kind)
		if err != nil {
			panic(err)
		}
		for _, f := range entries {
			paths = append(paths, path.Join(kind, f.Name()))
		}
	}
	return paths
}

func read(name string) (Preset, error) {
	var one Preset
	f, err := data.Open(name)
	if err != nil {
		return one, err
	}
	defer f.Close()
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	return one, dec.Decode(&one)
}

// All returns the presets, those of apps first.
func All() []Preset { return slices.Clone(presets()) }

// Names returns their names, which are those of the files, and reads none.
func Names() []string {
	return link.Each(files(), func(p string) string { return strings.TrimSuffix(path.Base(p), ".yaml") })
}

// Named returns the preset of that name, nil for none.
func Named(name string) *Preset {
	return link.Find(All(), func(p Preset) bool { return p.Name == name })
}

// Label returns the preset's name for people.
func (p *Preset) Label() say.Text {
	switch {
	case p.Title != "":
		return say.Raw(p.Title)
	case p.NeedsApp:
		return say.Of("An app whose address is another one than PocketBase's")
	}
	return say.Of("An app at PocketBase's own address")
}

// Expand sets the defaults of the spec's preset. What the spec sets itself stays.
func Expand(s link.Spec) link.Spec {
	s.Defaults = link.Defaults{}
	p := Named(link.Value(s.Preset, ""))
	if p == nil {
		return s
	}
	a := p.Application
	s.Defaults = link.Defaults{Name: a.Name, Slug: a.Slug, LaunchURL: a.LaunchURL, Icon: a.Icon,
		RedirectURIs: p.RedirectURIs}
	return s
}

// Problems returns what is wrong with the spec's preset.
func Problems(s *link.Spec) (problems report.Problems) {
	name := link.Value(s.Preset, "")
	if name == "" {
		return nil
	}
	p := Named(name)
	if p == nil {
		problems.Add("preset", say.Of("There is no preset “%s”.", name),
			say.Of("Use %s.", say.Or(link.Each(Names(), say.Raw)...)))
		return problems
	}
	if p.NeedsApp && link.Value(s.Application.LaunchURL, "") == "" {
		problems.Add("application.launch_url", say.Of("The preset %s needs the address at which people open the app.",
			name), say.Of("Enter it like %s.", "https://app.company"))
	}
	return problems
}

// Recognise returns the preset of the app that the PocketBase belongs to, and why it is taken for that, nil if none is
// known.
func Recognise(s link.PocketBaseSnapshot) (*Preset, say.Text) {
	for _, p := range presets() {
		if sign := p.Signs.AppName; sign != "" && strings.Contains(strings.ToLower(s.Settings.AppName), sign) {
			return &p, say.Of("Its app name is “%s”.", s.Settings.AppName)
		}
	}
	for _, p := range presets() {
		if c := s.Collection(p.Collection); p.Signs.Field != nil && c != nil && p.Signs.Field.in(c) {
			return &p, say.Of("Its collection %s has the field %s of this app.", c.Name, p.Signs.Field.Name)
		}
	}
	return nil, say.Text{}
}

func (f Field) in(c *link.CollectionState) bool {
	return slices.ContainsFunc(c.Fields, func(has link.CollectionField) bool {
		var options struct{ Values []string }
		return has.Name == f.Name && has.Type == f.Type && json.Unmarshal(has.Options, &options) == nil &&
			sameValues(options.Values, f.Values)
	})
}

func sameValues(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// AppURL returns the address at which people open an app that is at another one than PocketBase, as far as
// PocketBase's settings tell.
func (p *Preset) AppURL(s *link.PocketBaseSnapshot) string {
	const unset = "http://localhost:8090" // PocketBase's default
	switch app := strings.TrimRight(s.Settings.AppURL, "/"); {
	case !p.NeedsApp, app == unset, app == strings.TrimRight(s.URL, "/"):
		return ""
	default:
		return app
	}
}

// Of returns the preset of a link: the one that its spec names, or else that of the app that the PocketBase belongs
// to. It is nil for none.
func Of(s *link.Spec, p *link.PocketBaseSnapshot) *Preset {
	if s.Preset != nil {
		return Named(*s.Preset)
	}
	found, _ := Recognise(*p)
	return found
}

// Wrote returns what the app writes itself of a field of its collection, nil for nothing. The preset may be nil.
func (p *Preset) Wrote(field string) *Write {
	if p == nil {
		return nil
	}
	return link.Find(p.Writes, func(w Write) bool { return w.Field == field })
}

// Warnings returns a warning for each change of the plan that the app takes back at its next start.
func (p *Preset) Warnings(changes []link.Change) (list []link.Warning) {
	if p == nil {
		return nil
	}
	for _, w := range p.Writes {
		if w.Key == "" || !slices.ContainsFunc(changes, func(c link.Change) bool { return changed(&c, w.Key) }) {
			continue
		}
		list = append(list, link.Warning{ID: report.WarnAppOverwrites, System: report.PB,
			Summary: say.Of("%s sets %s itself each time it starts, so this change does not last.", p.Title, w.Field),
			Detail: say.Of("Set the variable %s in its environment instead, for example %s, and start it again.",
				w.Variable, w.Set())})
	}
	return list
}

func changed(c *link.Change, key string) bool {
	return slices.ContainsFunc(c.Fields, func(f link.Field) bool { return f.Place == key })
}
