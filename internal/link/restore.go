package link

import (
	"slices"
	"strings"
)

// restoreOAuth2 puts back the element of one slot and the mapped fields. A
// slot that was not there before is taken out again.
func restoreOAuth2(now *OAuth2State, was OAuth2State, slot string, fields []Field) {
	restore(OAuth2Attrs(), now, &was, fields)
	now.Providers = slices.Clone(now.Providers)
	at := slotIndex(*now, slot)
	before := slotIndex(was, slot)
	switch {
	case at < 0 && before >= 0:
		now.Providers = append(now.Providers, was.Providers[before])
	case at < 0:
	case before < 0:
		now.Providers = slices.Delete(now.Providers, at, at+1)
	default:
		restoreSlot(&now.Providers[at], was.Providers[before], fields)
	}
}

func restoreSlot(now *OAuth2Provider, was OAuth2Provider, fields []Field) {
	for _, f := range fields {
		if key, own := strings.CutPrefix(f.Name, was.Slot+"."); own {
			restore(SlotAttrs(), now, &was, []Field{{Name: key}})
		}
	}
}
