package login

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- what authenticator apps use
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/secret"
)

// errTOTP is returned for a secret of an authenticator app that cannot be read.
var errTOTP = errors.New("it is neither base32 nor an otpauth address")

// totp generates the codes of an authenticator app (RFC 6238).
type totp struct {
	key    []byte
	digits int
	period time.Duration
}

// readTOTP reads the secret of an authenticator app: base32, in any case and with blanks, or the otpauth address of
// its QR code.
func readTOTP(text secret.Text) (totp, error) {
	app := totp{digits: 6, period: 30 * time.Second}
	key := text.Reveal()
	if strings.HasPrefix(key, "otpauth://") {
		u, err := url.Parse(strings.TrimSpace(key))
		if err != nil {
			return totp{}, errTOTP // not err: it has the secret
		}
		query := u.Query()
		key = query.Get("secret")
		if n, err := strconv.Atoi(query.Get("digits")); err == nil && (n == 6 || n == 8) {
			app.digits = n
		}
		if n, err := strconv.Atoi(query.Get("period")); err == nil && n > 0 && n <= 3600 {
			app.period = time.Duration(n) * time.Second
		}
	}
	key = strings.ToUpper(strings.TrimRight(strings.Join(strings.Fields(strings.ReplaceAll(key, "-", "")), ""), "="))
	decoded, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key)
	if err != nil || len(decoded) == 0 {
		return totp{}, errTOTP
	}
	app.key = decoded
	return app, nil
}

// at returns the code at a time.
func (t totp) at(now time.Time) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(now.Unix())/uint64(t.period/time.Second)) // #nosec G115 -- after 1970
	mac := hmac.New(sha1.New, t.key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	modulus := uint32(1_000_000)
	if t.digits == 8 {
		modulus = 100_000_000
	}
	return fmt.Sprintf("%0*d", t.digits, number%modulus)
}
