package journal

import "authpocket/internal/link"

// specEntry is a spec in the file, without its client secret.
type specEntry struct {
	link.Spec
	NotKept []string `json:"not_kept"`
}

// packSpec leaves the client secret out. notKept names what was already left
// out, for a spec read from a file.
func packSpec(s link.Spec, notKept []string) specEntry {
	if s.Provider.ClientSecret != nil {
		notKept = markSecret("provider.client_secret", *s.Provider.ClientSecret)
	}
	return specEntry{Spec: s, NotKept: notKept}
}

func unpackSpec(e specEntry) link.Spec { return e.Spec }
