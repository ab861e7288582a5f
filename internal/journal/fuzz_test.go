package journal

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzReceipt reads bytes as a file, and as the content of a file with a valid
// checksum. A receipt that can be read must be encoded unchanged.
func FuzzReceipt(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, data)
		if sealed, err := seal(receiptKey, version, data); err == nil {
			check(t, sealed)
		}
	})
}

func check(t *testing.T, data []byte) {
	r, err := decode(data)
	if err != nil {
		if !errors.Is(err, ErrUnreadable) && !errors.Is(err, ErrNewer) {
			t.Fatalf("an error of another kind: %v", err)
		}
		return
	}
	once, err := encode(r)
	if err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	again, err := decode(once)
	if err != nil {
		t.Fatalf("what was written cannot be read: %v", err)
	}
	if twice, err := encode(again); err != nil || !bytes.Equal(once, twice) {
		t.Fatalf("it changes with every writing: %v", err)
	}
	_, _, _ = summarise(r), r.fileName(), r.Key()
}
