package linkfile

import (
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/preset"
)

// Key documents a key that is no field of either system. The others are documented by the tables of package link.
type Key struct {
	Path, What, Default string
	Values              []string // allowed values, nil for any
	Required            bool
}

// ReachKeys returns the keys that say how to reach both systems.
func ReachKeys() []Key {
	const (
		own = "the system's CAs"
		ca  = "PEM file with a private CA"
	)
	return []Key{
		{Path: "authentik.url", What: "address that authpocket uses", Required: true},
		{Path: "authentik.token", What: "API token, as `${NAME}`", Default: "this, or the next one"},
		{Path: "authentik.token_file", What: "file with the API token"},
		{Path: "authentik.public_url", What: "address that browsers use, where it is another",
			Default: "`authentik.url`"},
		{Path: "authentik.ca_file", What: ca, Default: own},
		{Path: "authentik.insecure_http", What: "`true` sends the token to an `http://` address outside your own " +
			"network, readable on the way. Container names and private addresses are taken without it, with a warning",
			Default: "`false`: refused"},
		{Path: "pocketbase.url", What: "address that authpocket uses", Required: true},
		{Path: "pocketbase.token", What: "superuser token, as `${NAME}`", Default: "this, or one of the next"},
		{Path: "pocketbase.token_file", What: "file with the superuser token"},
		{Path: "pocketbase.email", What: "superuser's e-mail address"},
		{Path: "pocketbase.password", What: "superuser's password, as `${NAME}`"},
		{Path: "pocketbase.password_file", What: "file with the superuser's password"},
		{Path: "pocketbase.public_urls", What: "addresses that browsers use, a list; each gives a redirect URI",
			Default: "`[pocketbase.url]`"},
		{Path: "pocketbase.ca_file", What: ca, Default: own},
		{Path: "pocketbase.insecure_http", What: "the same for PocketBase's token or password",
			Default: "`false`: refused"},
	}
}

// PresetKey returns the key that names a preset.
func PresetKey() Key {
	return Key{Path: "preset", What: "the app that PocketBase belongs to, see [presets.md](presets.md): `" +
		strings.Join(preset.Names(), "`, `") + "`", Default: "none", Values: append(preset.Names(), "")}
}

// EmailKey returns the key of the e-mail decision.
func EmailKey() Key {
	return Key{Path: "email", What: "which e-mail addresses PocketBase treats as verified: `trust-all`, " +
		"`trust-attribute` or `leave`", Required: true,
		Values: []string{string(link.EmailTrustAll), string(link.EmailTrustAttribute), string(link.EmailLeave)}}
}

// ExistingKey returns the key about what is there already.
func ExistingKey() Key {
	return Key{Path: "existing", What: "`use` or `new`, where an application or provider is there that may or may not " +
		"be this link's", Default: "stop and say so",
		Values: []string{string(link.ExistingAsk), string(link.ExistingUse), string(link.ExistingNew)}}
}
