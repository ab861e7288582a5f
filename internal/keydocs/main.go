// Command keydocs updates the tables of keys in docs/link-file.md from the
// attribute tables of package link.
package main

import (
	"fmt"
	"os"
	"strings"

	"authpocket/internal/link"
)

const page = "docs/link-file.md"

func main() {
	if err := run(page); err != nil {
		fmt.Fprintln(os.Stderr, "keydocs:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	now, err := withKeys(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.WriteFile(path, []byte(now), 0o644); err != nil { //nolint:gosec // a page for everybody
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

const (
	begin = "<!-- keys of %s, written by make generate -->\n"
	end   = "<!-- end -->\n"
)

// withKeys returns the page with current tables.
func withKeys(text string) (string, error) {
	for _, one := range []struct{ system, rows string }{
		{"authentik", rows(link.ApplicationAttrs(), "authentik") + rows(link.ProviderAttrs(), "authentik") +
			rows(link.AccessAttrs(), "authentik")},
		{"PocketBase", rows(link.PlaceAttrs(), "PocketBase") + rows(link.SlotAttrs(), "PocketBase") +
			rows(link.OAuth2Attrs(), "PocketBase") +
			rows(link.SettingsAttrs(), "PocketBase") + rows(link.RuleAttrs(), "PocketBase")},
	} {
		mark := fmt.Sprintf(begin, one.system)
		head, rest, found := strings.Cut(text, mark)
		_, tail, closed := strings.Cut(rest, end)
		if !found || !closed {
			return "", fmt.Errorf("there is no place for the keys of %s", one.system)
		}
		text = head + mark + "\n| key | what | default |\n|---|---|---|\n" + one.rows + "\n" + end + tail
	}
	return text, nil
}

func rows[W, S any](table []link.Attr[W, S], system string) string {
	var out strings.Builder
	for _, a := range table {
		if what, fallback := what(a.Meta, system), fallback(a.Meta); a.Chosen() && what+fallback != "" {
			fmt.Fprintf(&out, "| `%s` | %s | %s |\n", a.Spec, what, fallback)
		}
	}
	return out.String()
}

func what(m link.Meta, system string) string {
	what := m.Doc.What
	if what == "" && len(m.Values) > 0 {
		values := make([]string, len(m.Values))
		for i, v := range m.Values {
			values[i] = "`" + v + "`"
		}
		last := len(values) - 1
		what = strings.Join(values[:last], ", ") + " or " + values[last]
	}
	if m.Since != "" {
		what += " (" + system + " " + m.Since + ")"
	}
	return what
}

func fallback(m link.Meta) string {
	if m.Doc.Default == "" && m.Default != "" {
		return "`" + m.Default + "`"
	}
	return m.Doc.Default
}
