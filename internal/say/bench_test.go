package say_test

import (
	"testing"

	"authpocket/internal/say"
)

// BenchmarkSay makes a text of texts and says it.
func BenchmarkSay(b *testing.B) {
	l, err := say.Load()
	if err != nil {
		b.Fatal(err)
	}
	for tag, to := range map[string]*say.Language{"English": l.English(), "German": l.Match("de")} {
		b.Run(tag, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				to.Say(say.And(say.Count(1200, "%d change", "%d changes"), say.Of("%s: %s", "authentik", say.Raw("x"))))
			}
		})
	}
}
