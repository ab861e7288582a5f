package journal

import (
	"reflect"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Secrets are left out by their type. This is a second line of defence: a client
// secret that also appears in a description, or in a system's response, must not
// reach the disk either.

// minLength is the length from which secrets are searched for, in bytes. Shorter
// ones, such as "pocketbase", can appear in names and addresses by chance.
const minLength = 12

// secretsOf returns the secrets of a plan or change that have at least minLength.
func secretsOf[T link.Plan | link.Change](of T) []secret.Text {
	var found []secret.Text
	walkSecrets(reflect.ValueOf(of), func(t secret.Text) {
		if len(t.Reveal()) >= minLength && !slices.ContainsFunc(found, t.Equal) {
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

// refuseSecrets returns an error if the file would hold one of the receipt's
// secrets.
func refuseSecrets(data []byte, r *Receipt) error {
	for _, t := range r.secrets {
		if secret.In(string(data), t) {
			return &Fault{
				Summary: say.Of("A secret also appears in a place that is not secret (%s), so the receipt or saved "+
					"plan "+
					"would contain it.", whereSecret(r, t)),
				Todo: say.Of("Remove it from there, or renew the secret."),
			}
		}
	}
	return nil
}

// whereSecret names the object that contains t, for people.
func whereSecret(r *Receipt, t secret.Text) say.Text {
	for _, c := range r.Changes {
		one, err := toChangeRecord(&c)
		if err != nil {
			continue
		}
		if data, err := encodeJSON(one); err == nil && secret.In(string(data), t) {
			return say.Of("%s: %s", c.System.Label(), hidden(c.Object, r.secrets))
		}
	}
	return say.Of("the settings")
}

// hidden returns the text without the secrets.
func hidden(t say.Text, secrets []secret.Text) say.Text {
	return t.Values(func(s string) string { return secret.Hide(s, secrets...) })
}
