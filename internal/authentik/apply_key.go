package authentik

import (
	"context"

	api "goauthentik.io/api/v3"

	"authpocket/internal/link"
)

func keyNeed(k link.KeyState, perm string) need {
	return need{what: "signing key “" + k.Name + "”", perm: perm, field: "provider.signing_key"}
}

// keyTypes are what authentik calls the keys that its generate call makes.
func keyType(algorithm string) string {
	if algorithm == "ecdsa" {
		return "ec"
	}
	return algorithm
}

func (c Writer) createKey(ctx context.Context, k link.KeyState) error {
	request := api.CertificateGenerationRequest{AdditionalProperties: body(link.KeyAttrs(), k, keysOf(link.KeyAttrs()), c.features)}
	return c.carryOut(ctx, write{
		need: keyNeed(k, permAddKey), verb: "create", part: partKey, took: stored,
		send: func(ctx context.Context) error {
			_, _, err := c.API.CryptoAPI.CryptoCertificatekeypairsGenerateCreate(ctx).CertificateGenerationRequest(request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) {
			found, err := c.exactly(ctx, c.keyByName(k.Name), "name", k.Name)
			if err != nil || len(found) == 0 {
				return finding{}, err
			}
			if kind := found[0].text("key_type"); kind != "" && kind != keyType(k.Algorithm) {
				return finding{presence: different, differs: []string{"key_type"}}, nil
			}
			return finding{presence: asWanted}, nil
		},
	})
}

// deleteKey removes the key with that name, whose primary key no plan knows.
func (c Writer) deleteKey(ctx context.Context, k link.KeyState) error {
	find := func(ctx context.Context) (object, error) {
		found, err := c.exactly(ctx, c.keyByName(k.Name), "name", k.Name)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found[0], nil
	}
	now, err := find(ctx)
	if err != nil || now == nil {
		return err
	}
	return c.carryOut(ctx, write{
		need: keyNeed(k, permDeleteKey), verb: "delete", part: partKey, took: deleted, repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.API.CryptoAPI.CryptoCertificatekeypairsDestroy(ctx, now.text("pk")).Execute()
			return err
		},
		look: gone(find),
	})
}
