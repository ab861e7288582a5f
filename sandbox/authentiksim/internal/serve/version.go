package serve

import (
	"strconv"
	"strings"
)

// Features are the differences between the versions.
type Features struct {
	KeyTypes      bool // key_type of key pairs and its filter, writable meta_icon: 2025.12
	GrantTypes    bool // grant_types and redirect_uri_type: 2026.5 and its release candidate
	Hide          bool // meta_hide and the brand's core_default_app_access: 2026.5.0
	TokenExchange bool // the token-exchange grant type: 2026.8
	// TrustedProxies means that only trusted proxies may send forwarded headers: 2026.8
	TrustedProxies bool
	Picture        bool // the stock profile mapping has a picture claim: 2026.8
	BaseURL        bool // the system setting base_url: 2026.8
	BindingsEnd    bool // bindings may have an expiry date: 2026.8
	Registration   bool // dynamic client registration: 2026.8
}

// FeaturesOf returns the features of a version such as 2026.5.3 or 2026.5.0-rc1.
func FeaturesOf(version string) Features {
	number, _, candidate := strings.Cut(version, "-")
	year, month := yearAndMonth(number)
	since := func(y, m int) bool { return year > y || year == y && month >= m }
	return Features{
		KeyTypes:       since(2025, 12),
		GrantTypes:     since(2026, 5),
		Hide:           since(2026, 5) && (!candidate || since(2026, 6)),
		TokenExchange:  since(2026, 8),
		TrustedProxies: since(2026, 8),
		Picture:        since(2026, 8),
		BaseURL:        since(2026, 8),
		BindingsEnd:    since(2026, 8),
		Registration:   since(2026, 8),
	}
}

// yearAndMonth returns the first two numbers of a version. A part that is not a number counts as 0.
func yearAndMonth(version string) (year, month int) {
	parts := strings.SplitN(version, ".", 3)
	year, _ = strconv.Atoi(parts[0])
	if len(parts) > 1 {
		month, _ = strconv.Atoi(parts[1])
	}
	return year, month
}
