package apply

import (
	"context"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// keyType returns authentik's key type for the algorithm of its generate call.
func keyType(algorithm string) string {
	if algorithm == "ecdsa" {
		return "ec"
	}
	return algorithm
}

func (c *Writer) keys() *kind[*struct{}, *link.KeyState] {
	return &kind[*struct{}, *link.KeyState]{
		to: c, of: link.KindKey, table: link.KeyAttrs(), list: rest.PathKeys + "generate/",
		need: func(k *link.KeyState) rest.Need {
			return rest.Need{What: say.Of("signing key “%s”", k.Name), Field: "provider.signing_key"}
		},
		read: func(ctx context.Context, k *link.KeyState) (rest.Object, error) {
			found, err := c.Exactly(ctx, rest.KeyByName(k.Name), "name", k.Name)
			return first(found), err
		},
	}
}

func (c *Writer) createKey(ctx context.Context, key *link.KeyState) error {
	k := c.keys()
	return k.create(ctx, key, k.body(key, rest.KeysOf(k.table)), func(ctx context.Context) (finding, error) {
		found, err := k.read(ctx, key)
		if err != nil || found == nil {
			return finding{}, err
		}
		if kind := found.Text("key_type"); kind != "" && kind != keyType(key.Algorithm) {
			return finding{presence: different, differs: []string{"key_type"}}, nil
		}
		return finding{presence: asWanted}, nil
	})
}

// deleteKey deletes the key by name, because plans don't know its primary key.
func (c *Writer) deleteKey(ctx context.Context, key *link.KeyState) error {
	k := c.keys()
	now, err := k.read(ctx, key)
	if err != nil || now == nil {
		return err
	}
	k.list, k.key = rest.PathKeys, func(*link.KeyState) string { return now.Text("pk") }
	return k.delete(ctx, key)
}
