package store

import (
	"crypto/rand"
	"encoding/hex"
	"math/big"

	"github.com/google/uuid"
)

// NewID returns a random UUID.
func NewID() string { return uuid.NewString() }

// NewHex returns a random ID without dashes, the form of request IDs and codes.
func NewHex() string {
	id := uuid.New()
	return hex.EncodeToString(id[:])
}

// RandomText returns n random letters and digits.
func RandomText(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, n)
	for i := range text {
		// crypto/rand never returns an error; it ends the program instead.
		k, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		text[i] = letters[k.Int64()]
	}
	return string(text)
}

// Decimal returns an ID read as one large number, in decimal.
func Decimal(id []byte) string { return new(big.Int).SetBytes(id).String() }
