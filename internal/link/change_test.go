package link_test

import (
	"testing"

	"authpocket/internal/link"
)

func TestADefaultThatAFileStatesIsShown(t *testing.T) {
	c := link.Change{Fields: []link.Field{{Name: "default", Default: true, Usual: true},
		{Name: "stated", Default: true}, {Name: "chosen"}}}
	for form, want := range map[bool]int{false: 2, true: 1} {
		if shown, usual := c.Fold(form); len(shown) != want || len(shown)+len(usual) != len(c.Fields) {
			t.Errorf("from a form %v: %d are shown, %d folded", form, len(shown), len(usual))
		}
	}
}
