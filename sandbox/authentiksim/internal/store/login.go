package store

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- what authenticator apps use
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// LoginFlow is how the login flow differs from that of a fresh install.
type LoginFlow struct {
	PasswordOnFirstPage bool // the first page asks for the password too
	SourcesOnly         bool // the first page has a source to sign in at, and no field for a name
	Captcha             bool // the first page has a captcha
	// Stages are challenges that the flow makes after the second factor, with their component. Any answer passes,
	// except for a denial or an error, which end the flow.
	Stages []map[string]any
}

// Devices are the second factors of a user.
type Devices struct {
	TOTP  string   // the secret of an authenticator app, base32
	Codes []string // recovery codes, each of which works once
	Other []string // classes of devices that have no code, such as webauthn

	used uint64 // the step of the last code of the authenticator app
}

// Classes returns the classes of the devices.
func (d *Devices) Classes() []string {
	var classes []string
	if d.TOTP != "" {
		classes = append(classes, "totp")
	}
	if len(d.Codes) > 0 {
		classes = append(classes, "static")
	}
	return append(classes, d.Other...)
}

// Take reports whether a code is right, and remembers that it was used. A code of an authenticator app may be one step
// early or late.
func (d *Devices) Take(code string, now time.Time) bool {
	if i := slices.Index(d.Codes, code); i >= 0 {
		d.Codes = slices.Delete(slices.Clone(d.Codes), i, i+1)
		return true
	}
	key, err := base32.StdEncoding.DecodeString(d.TOTP)
	if err != nil || len(key) == 0 {
		return false
	}
	current := uint64(now.Unix() / 30) // #nosec G115 -- after 1970
	for step := current - 1; step <= current+1; step++ {
		if step > d.used && SameSecret(appCode(key, step), code) {
			d.used = step
			return true
		}
	}
	return false
}

// appCode returns the six digits of a step (RFC 6238).
func appCode(key []byte, step uint64) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff%1_000_000)
}
