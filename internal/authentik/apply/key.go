package apply

import (
	"context"

	api "goauthentik.io/api/v3"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

func keyNeed(k link.KeyState, perm link.Permission) rest.Need {
	return rest.Need{What: "signing key “" + k.Name + "”", Perm: perm, Field: "provider.signing_key"}
}

// keyType returns authentik's key type for the algorithm of its generate call.
func keyType(algorithm string) string {
	if algorithm == "ecdsa" {
		return "ec"
	}
	return algorithm
}

func (c Writer) createKey(ctx context.Context, k link.KeyState) error {
	request := api.CertificateGenerationRequest{AdditionalProperties: rest.Body(link.KeyAttrs(), k,
		rest.KeysOf(link.KeyAttrs()), c.Features)}
	return c.carryOut(ctx, write{
		need: keyNeed(k, link.PermAddKey), verb: "create", part: rest.PartKey, took: stored,
		send: func(ctx context.Context) error {
			_, _, err := c.API.CryptoAPI.CryptoCertificatekeypairsGenerateCreate(ctx).CertificateGenerationRequest(
				request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) {
			found, err := c.Exactly(ctx, c.KeyByName(k.Name), "name", k.Name)
			if err != nil || len(found) == 0 {
				return finding{}, err
			}
			if kind := found[0].Text("key_type"); kind != "" && kind != keyType(k.Algorithm) {
				return finding{presence: different, differs: []string{"key_type"}}, nil
			}
			return finding{presence: asWanted}, nil
		},
	})
}

// deleteKey deletes the key by name, because plans don't know its primary key.
func (c Writer) deleteKey(ctx context.Context, k link.KeyState) error {
	find := func(ctx context.Context) (rest.Object, error) {
		found, err := c.Exactly(ctx, c.KeyByName(k.Name), "name", k.Name)
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
		need: keyNeed(k, link.PermDeleteKey), verb: "delete", part: rest.PartKey, took: deleted, repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.API.CryptoAPI.CryptoCertificatekeypairsDestroy(ctx, now.Text("pk")).Execute()
			return err
		},
		look: gone(find),
	})
}
