package engine

import (
	"crypto/rand"
	"fmt"
	"math/big"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// The lengths that authentik itself uses (providers/oauth2/models.py).
const (
	clientIDLength     = 40
	clientSecretLength = 128
)

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// generate returns a random client ID and secret, for plans that find none.
func generate() (link.Generated, error) {
	id, err := randomText(clientIDLength)
	if err != nil {
		return link.Generated{}, err
	}
	text, err := randomText(clientSecretLength)
	return link.Generated{ClientID: id, ClientSecret: secret.New(text)}, err
}

func randomText(n int) (string, error) {
	out := make([]byte, n)
	for i := range out {
		at, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphanumeric))))
		if err != nil {
			return "", fmt.Errorf("reading random bytes: %w", err)
		}
		out[i] = alphanumeric[at.Int64()]
	}
	return string(out), nil
}
