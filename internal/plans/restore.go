package plans

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// restoreOAuth2 restores the element of one slot and the mapped fields. An element that did not exist before is
// removed.
func restoreOAuth2(now *link.OAuth2State, was link.OAuth2State, slot string, fields []link.Field) {
	link.Restore(link.OAuth2Attrs(), now, &was, fields)
	now.Providers = slices.Clone(now.Providers)
	at := link.SlotIndex(now, slot)
	before := link.SlotIndex(&was, slot)
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

func restoreSlot(now *link.OAuth2Provider, was link.OAuth2Provider, fields []link.Field) {
	for _, f := range fields {
		if key, own := strings.CutPrefix(f.Name, was.Slot+"."); own {
			link.Restore(link.SlotAttrs(), now, &was, []link.Field{{Name: key}})
		}
	}
}
