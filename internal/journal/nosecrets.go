package journal

import (
	"reflect"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// Forms leave secrets out by type. What stands here is the net below: a client
// secret that somebody also wrote into a description, or that a system quoted
// in an answer, does not get to the disk either.

// shortest is the length from which a secret is looked for, in bytes. Shorter
// ones, such as "pocketbase", stand in names and addresses by chance.
const shortest = 12

// secretsOf collects the secrets of a plan or change that are long enough to look for.
func secretsOf[T link.Plan | link.Change](of T) []secret.Text {
	var found []secret.Text
	walkSecrets(reflect.ValueOf(of), func(t secret.Text) {
		if len(t.Reveal()) >= shortest && !slices.ContainsFunc(found, t.Equal) {
			found = append(found, t)
		}
	})
	return found
}

func walkSecrets(v reflect.Value, visit func(secret.Text)) {
	if !v.IsValid() {
		return
	}
	if v.CanInterface() {
		if t, ok := v.Interface().(secret.Text); ok {
			visit(t)
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		walkSecrets(v.Elem(), visit)
	case reflect.Struct:
		for i := range v.NumField() {
			walkSecrets(v.Field(i), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkSecrets(v.Index(i), visit)
		}
	}
}

// refuseSecrets fails where the file would hold one of the receipt's secrets.
func refuseSecrets(data []byte, r *Receipt) error {
	for _, t := range r.secrets {
		if secret.In(string(data), t) {
			return &Fault{
				Summary: "The client secret also stands in " + whereSecret(r, t) +
					", which is not secret, so the receipt would hold it.",
				Todo: "Take it out of there, or have a new client secret made.",
			}
		}
	}
	return nil
}

// whereSecret names what holds t, for people.
func whereSecret(r *Receipt, t secret.Text) string {
	for _, c := range r.Changes {
		one, err := toChangeRecord(c)
		if err != nil {
			continue
		}
		if data, err := encodeJSON(one); err == nil && secret.In(string(data), t) {
			return c.System.Label() + "'s " + secret.Hide(c.Object, r.secrets...)
		}
	}
	return "the settings"
}
