package say_test

import (
	"testing"

	"authpocket/internal/say"
)

func TestTheContextDecidesTheLanguage(t *testing.T) {
	german := say.With(t.Context(), languages(t).Match("de"))
	changes := say.Count(2, "%d change", "%d changes")
	if got := say.In(t.Context(), changes) + ", " + say.In(german, changes); got != "2 changes, 2 Änderungen" {
		t.Errorf("it says %q", got)
	}
	if got := say.Tag(t.Context()) + ", " + say.Tag(german); got != "en, de" {
		t.Errorf("the tags are %q", got)
	}
	marked := say.Of("<b>%s</b> %s", "<i>&", say.Of("<code>%s</code>", "<"))
	if got, want := say.HTML(german, marked), "<b>&lt;i&gt;&amp;</b> <code>&lt;</code>"; got != want {
		t.Errorf("the markup is %q, want %q", got, want)
	}
}
