package record

import (
	"bytes"
	"encoding/json"
)

// repeatsKey reports whether an object in the JSON value has a key twice, which encoding/json/v2 refuses.
func repeatsKey(raw []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return repeats(dec)
}

func repeats(dec *json.Decoder) bool {
	token, err := dec.Token()
	if err != nil {
		return false
	}
	open, isDelim := token.(json.Delim)
	if !isDelim {
		return false
	}
	keys := map[string]bool{}
	for dec.More() {
		if open == '{' {
			key, err := dec.Token()
			if err != nil {
				return false
			}
			name, _ := key.(string)
			if keys[name] {
				return true
			}
			keys[name] = true
		}
		if repeats(dec) {
			return true
		}
	}
	_, _ = dec.Token() // the closing bracket, whose absence the caller has ruled out
	return false
}
