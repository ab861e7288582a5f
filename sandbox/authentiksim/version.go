package authentiksim

import (
	"strconv"
	"strings"
)

// features is what differs between the versions the simulator can be.
type features struct {
	keyTypes      bool // key_type of key pairs and its filter, writable meta_icon: 2025.12
	grantTypes    bool // grant_types and redirect_uri_type: 2026.5 and its release candidate
	hide          bool // meta_hide and the brand's core_default_app_access: 2026.5.0
	tokenExchange bool // the token-exchange grant type: 2026.8
}

// featuresOf reads a version like 2026.5.3 or 2026.5.0-rc1.
func featuresOf(version string) features {
	number, _, candidate := strings.Cut(version, "-")
	year, month := yearAndMonth(number)
	since := func(y, m int) bool { return year > y || year == y && month >= m }
	return features{
		keyTypes:      since(2025, 12),
		grantTypes:    since(2026, 5),
		hide:          since(2026, 5) && (!candidate || since(2026, 6)),
		tokenExchange: since(2026, 8),
	}
}

// yearAndMonth is the part of a version that decides what it can do; a part
// that is not a number counts as 0.
func yearAndMonth(version string) (year, month int) {
	parts := strings.SplitN(version, ".", 3)
	year, _ = strconv.Atoi(parts[0])
	if len(parts) > 1 {
		month, _ = strconv.Atoi(parts[1])
	}
	return year, month
}
