package record

import (
	"strconv"
	"strings"
)

// release is a version of PocketBase such as "0.39.11", empty if unknown.
type release string

// since reports whether the release is the given one or a later one. An unknown release counts as the newest.
func (r release) since(minor, patch int) bool {
	parts := strings.SplitN(strings.TrimPrefix(string(r), "v"), ".", 3)
	if len(parts) < 2 {
		return true
	}
	major, err := strconv.Atoi(parts[0])
	if err != nil || major > 0 {
		return true
	}
	m, err := strconv.Atoi(parts[1])
	if err != nil || m != minor {
		return err != nil || m > minor
	}
	if len(parts) < 3 {
		return patch == 0
	}
	digits, _, _ := strings.Cut(parts[2], "-")
	p, err := strconv.Atoi(digits)
	return err != nil || p >= patch
}
