package store

import (
	"crypto/rand"
	"encoding/hex"
	"math/big"

	"github.com/google/uuid"
)

func NewID() string { return uuid.NewString() }

// newHex is a random id without dashes, as request ids and codes are.
func NewHex() string {
	id := uuid.New()
	return hex.EncodeToString(id[:])
}

// randomText is n letters and digits, each as likely as any other.
func RandomText(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, n)
	for i := range text {
		// crypto/rand never fails on a supported system; it ends the program instead.
		k, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		text[i] = letters[k.Int64()]
	}
	return string(text)
}

// bigDigits is an id read as one large number, in decimal.
func BigDigits(id []byte) string { return new(big.Int).SetBytes(id).String() }
