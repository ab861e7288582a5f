package link

// Masked is what is told of a secret's value. The constants go into receipts
// and JSON as they are; Show has the words.
type Masked string

// All that is told of a secret.
const (
	MaskedNone       Masked = "not set"
	MaskedSet        Masked = "set"
	MaskedNew        Masked = "set (a new one)"   // there is one before, too
	MaskedAuthentiks Masked = "set (authentik's)" // PocketBase gets the one that authentik has
)

// AsMasked returns what a sensitive field may show: nothing or a mask, also one
// that was read back as text. Everything else is hidden.
func AsMasked(v Shown) Shown {
	switch m := Masked(v.text); {
	case v.None():
		return v
	case (v.kind == shownMask || v.kind == shownText) && (m == MaskedNone || m == MaskedNew || m == MaskedAuthentiks):
		return ShowMask(m)
	}
	return ShowMask(MaskedSet)
}
