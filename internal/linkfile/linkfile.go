// Package linkfile reads and writes the YAML file that describes one link or several for the commands.
package linkfile

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// MaxSize is the maximum size of a link file, in bytes.
const MaxSize = 1 << 20

// File is a link of a link file: how to reach both systems, and the wanted link.
type File struct {
	Authentik   Authentik          `yaml:"authentik"`
	PocketBase  PocketBase         `yaml:"pocketbase"`
	Preset      *string            `yaml:"preset"`
	Application link.Application   `yaml:"application"`
	Provider    link.Provider      `yaml:"provider"`
	Access      *link.Access       `yaml:"access"`
	Email       link.EmailDecision `yaml:"email"`
	Existing    link.Existing      `yaml:"existing"`

	Name string `yaml:"-"` // in a file of several links, empty for the only one
	Path string `yaml:"-"`
	// Others are the other links to the same PocketBase, selected or not.
	Others []link.Other `yaml:"-"`

	spec     link.Spec               `yaml:"-"`
	problems report.Problems         `yaml:"-"`
	at       map[string]report.Place `yaml:"-"` // of keys and list entries
	start    report.Place            `yaml:"-"`
}

// Authentik configures how to reach authentik.
type Authentik struct {
	URL       string      `yaml:"url"`
	Token     secret.Text `yaml:"token"`
	TokenFile string      `yaml:"token_file"`
	PublicURL string      `yaml:"public_url"` // in browsers, default url
	CAFile    string      `yaml:"ca_file"`
	Insecure  bool        `yaml:"insecure_http"` // allows the token over plain http

	// Base is URL as addresses.Parse returns it, empty where it has a problem.
	Base string `yaml:"-"`
}

// PocketBase configures how to reach PocketBase, and the link's settings there.
type PocketBase struct {
	URL             string      `yaml:"url"`
	Token           secret.Text `yaml:"token"`
	TokenFile       string      `yaml:"token_file"`
	Email           string      `yaml:"email"`
	Password        secret.Text `yaml:"password"`
	PasswordFile    string      `yaml:"password_file"`
	PublicURLs      []string    `yaml:"public_urls"` // in browsers, default url
	CAFile          string      `yaml:"ca_file"`
	Insecure        bool        `yaml:"insecure_http"` // allows token or password over plain http
	link.PocketBase `yaml:",inline"`

	// Base is URL as addresses.Parse returns it, empty where it has a problem.
	Base string `yaml:"-"`
}

// Spec returns the wanted link, with all problems of addresses, credentials and settings.
func (f *File) Spec() (link.Spec, report.Problems) { return f.spec, slices.Clone(f.problems) }

// Place returns where the file sets a field, or what it belongs to if the file does not set it.
func (f *File) Place(field string) report.Place {
	for ; field != ""; field = parent(field) {
		for _, key := range []string{field, field + "_file"} { // a token may come from a file
			if place, found := f.at[key]; found {
				return place
			}
		}
	}
	return f.start
}

// Locate returns the message with the place of its field.
func (f File) Locate(m report.Message) report.Message {
	if m.Place == nil && m.Field != "" && f.Path != "" {
		place := f.Place(m.Field)
		m.Place = &place
	}
	return m
}

func parent(field string) string { return field[:max(strings.LastIndexByte(field, '.'), 0)] }
