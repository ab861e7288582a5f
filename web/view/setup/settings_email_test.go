package setup

import "testing"

func TestEmailNote(t *testing.T) {
	yes, no := true, false
	for want, allowed := range map[string]*bool{"warn": &yes, "good": &no, "note": nil} {
		if got := emailNote(allowed); got.Kind != want {
			t.Errorf("the note is %q, want %q", got.Kind, want)
		}
	}
}
