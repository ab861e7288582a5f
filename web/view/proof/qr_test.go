package proof

import (
	"strings"
	"testing"
)

func TestAQRCodeHasItsThreeCorners(t *testing.T) {
	code := newQRCode("https://wizard.example/try/" + strings.Repeat("A", 52))
	if !strings.HasPrefix(code.Path, "M0 0h7v1H0z") || !strings.Contains(code.Path, "M0 6h7v1H0z") {
		t.Errorf("the corner is missing: %.80s", code.Path)
	}
	if n := strings.Count(code.Path, "h7v1"); n < 6 {
		t.Errorf("there are %d edges of corners, want at least 6", n)
	}
	if code.Box != "-4 -4 45 45" {
		t.Errorf("the view box is %s", code.Box)
	}
	if long := newQRCode(strings.Repeat("A", 4000)); long.Path != "" {
		t.Error("a text that does not fit has a code")
	}
}
