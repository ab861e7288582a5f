package main

import (
	"fmt"
	"strings"
)

const (
	begin = "<!-- keys of %s, written by make generate -->\n"
	end   = "<!-- end -->\n"
)

// withKeys returns the page with current tables.
func withKeys(text string) (string, error) {
	for _, one := range sections() {
		mark := fmt.Sprintf(begin, one.of)
		head, rest, found := strings.Cut(text, mark)
		_, tail, closed := strings.Cut(rest, end)
		if !found || !closed {
			return "", fmt.Errorf("there is no place for the keys of %s", one.of)
		}
		text = head + mark + "\n| key | what | default |\n|---|---|---|\n" + rows(one.keys) + "\n" + end + tail
	}
	return text, nil
}

func rows(keys []key) string {
	var out strings.Builder
	for _, k := range keys {
		if k.Required {
			k.Default = "required"
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s |\n", k.Path, k.What, k.Default)
	}
	return out.String()
}
