package pattern_test

import (
	"testing"

	"authpocket/internal/pattern"
)

func TestAPatternIsCompiledOnce(t *testing.T) {
	digits := pattern.Of(`^\d+$`)
	first := digits()
	if digits() != first || !first.MatchString("42") || first.MatchString("4x") {
		t.Error("the pattern is compiled again, or matches something else")
	}
	wrong := pattern.Of(`(`)
	defer func() {
		if recover() == nil {
			t.Error("a wrong expression does not panic")
		}
	}()
	wrong()
}
