package say_test

import (
	"encoding/json"
	"testing"

	"authpocket/internal/say"
)

func languages(t *testing.T) *say.Languages {
	t.Helper()
	l, err := say.Load()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestSay(t *testing.T) {
	l := languages(t)
	two := say.Of("%s: %d changes", "100 % “sure”\x00", 2)
	for _, one := range []struct {
		text        say.Text
		english, de string
	}{
		{say.Text{}, "", ""},
		{say.Count(1, "%d change", "%d changes"), "1 change", "1 Änderung"},
		{say.Count(1200, "%d change", "%d changes"), "1200 changes", "1.200 Änderungen"},
		{say.And(say.Raw("a"), say.Raw("%d b"), say.Raw("c")), "a, %d b and c", "a, %d b und c"},
		{say.Or(say.Raw("a"), say.Text{}), "a", "a"},
		{say.Join(say.Count(3, "%d change", "%d changes"), say.Raw("%s")), "3 changes %s", "3 Änderungen %s"},
		{two, "100 % “sure”\x00: 2 changes", "100 % “sure”\x00: 2 changes"},
	} {
		if got := l.English().Say(one.text); got != one.english {
			t.Errorf("in English: %q, want %q", got, one.english)
		}
		if got := l.Match("de-CH,en;q=0.5").Say(one.text); got != one.de {
			t.Errorf("in German: %q, want %q", got, one.de)
		}
	}
}

func TestMatch(t *testing.T) {
	l := languages(t)
	for preferred, want := range map[string]string{
		"de-AT": "de", "en-GB,de;q=0.5": "en", "xx": "en", "": "en", "zh, de": "de", "xx,de;q=0.5": "de",
		"de_DE.UTF-8": "en",
		"\x00;;":      "en",
	} {
		if got := l.Match(preferred).Tag; got != want {
			t.Errorf("%q: %s, want %s", preferred, got, want)
		}
	}
}

func TestTextAsJSON(t *testing.T) {
	b, err := json.Marshal(say.Of("%d of %s", 2, say.Of("the <list>")))
	if err != nil || string(b) != `"2 of the \u003clist\u003e"` {
		t.Fatalf("%s, %v", b, err)
	}
	var back say.Text
	if err := json.Unmarshal(b, &back); err != nil || back.String() != "2 of the <list>" {
		t.Fatalf("%q, %v", back.String(), err)
	}
}

func TestSpaced(t *testing.T) {
	french := languages(t).Match("fr")
	list := say.Of("authentik's preview for %s:", "a\u00a0b")
	if got := french.Say(list); got != "Aperçu d’authentik pour a\u00a0b\u00a0:" {
		t.Errorf("on a page it is %q", got)
	}
	if got := french.Spaced().Say(list); got != "Aperçu d’authentik pour a\u00a0b :" {
		t.Errorf("on a terminal it is %q", got)
	}
}
