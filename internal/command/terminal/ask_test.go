package terminal

import (
	"io"
	"strings"
	"testing"

	"authpocket/internal/say"
)

func TestYesInEveryLanguage(t *testing.T) {
	languages, err := say.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range languages.All() {
		var asked strings.Builder
		yes := func(answer string) bool {
			asked.Reset()
			s := Streams{In: strings.NewReader(answer + "\n"), Out: io.Discard, Err: &asked, Language: l}
			return s.Asker().Yes(t.Context(), say.Of("Apply?"))
		}
		for _, answer := range []string{"y", "Yes", l.Say(say.Of("y")), l.Say(say.Of("yes"))} {
			if !yes(answer) {
				t.Errorf("in %s, %q is no yes", l.Name, answer)
			}
		}
		for _, answer := range []string{"", "n", "no", "x"} {
			if yes(answer) {
				t.Errorf("in %s, %q is a yes", l.Name, answer)
			}
		}
		if want := "[" + l.Say(say.Of("y")) + "/"; !strings.Contains(asked.String(), want) {
			t.Errorf("in %s, it asks %q, which does not name the short answer", l.Name, asked.String())
		}
	}
}
