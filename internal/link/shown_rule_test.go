package link_test

import (
	"encoding/json"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// A rule reads in the reader's language, also once it was kept in a receipt. JSON and comparisons have it in English.
func TestARuleIsSaidInEachLanguage(t *testing.T) {
	t.Parallel()
	languages, err := say.Load()
	if err != nil {
		t.Fatal(err)
	}
	german := languages.Match("de")
	for _, test := range []struct {
		rule          *string
		english, said string
	}{
		{nil, "superusers only", "nur Superuser"}, {new(""), "everyone", "alle"},
		{new("@request.auth.id != ''"), "@request.auth.id != ''", "@request.auth.id != ''"},
	} {
		shown := link.ShowRule(test.rule)
		data, err := json.Marshal(shown)
		var read link.Shown
		if err == nil {
			err = json.Unmarshal(data, &read)
		}
		if err != nil {
			t.Fatal(err)
		}
		for what, v := range map[string]link.Shown{"made": shown, "read": link.AsRule(read)} {
			if got := german.Say(v.Words()); v.String() != test.english || got != test.said {
				t.Errorf("%s: %q, in German %q, want %q, %q", what, v.String(), got, test.english, test.said)
			}
		}
	}
}
