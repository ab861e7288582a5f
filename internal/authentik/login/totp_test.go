package login

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"authpocket/internal/secret"
)

// seed is the key of RFC 6238's test vectors for SHA-1.
var seed = base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))

// The vectors are those of RFC 6238, appendix B.
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037",
		20000000000: "65353130",
	} {
		long, err := readTOTP(secret.New("otpauth://totp/authentik:ada?secret=" + seed + "&digits=8&period=30"))
		if err != nil {
			t.Fatal(err)
		}
		if got := long.at(time.Unix(at, 0)); got != want {
			t.Errorf("at %d the code is %s, want %s", at, got, want)
		}
		short, err := readTOTP(secret.New(seed))
		if err != nil {
			t.Fatal(err)
		}
		if got := short.at(time.Unix(at, 0)); got != want[2:] {
			t.Errorf("at %d the code is %s, want %s", at, got, want[2:])
		}
	}
}

func TestSecretsAreReadAsPeopleCopyThem(t *testing.T) {
	want, err := readTOTP(secret.New(seed))
	if err != nil {
		t.Fatal(err)
	}
	grouped := seed[:4] + " " + strings.ToLower(seed[4:8]) + "-" + seed[8:] + "\n"
	for _, text := range []string{grouped, seed + "===", "otpauth://totp/x?secret=" + seed + "\n",
		"otpauth://totp/x?secret=" + seed + "&digits=7&period=0"} {
		got, err := readTOTP(secret.New(text))
		if err != nil || string(got.key) != string(want.key) || got.digits != 6 || got.period != want.period {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "not base32!", "otpauth://totp/x", "otpauth://%zz" + seed, "===="} {
		_, err := readTOTP(secret.New(text))
		if err == nil || strings.Contains(err.Error(), seed) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
