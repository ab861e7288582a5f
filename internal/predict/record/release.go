package record

import "golang.org/x/mod/semver"

// release is a version of PocketBase such as "0.39.11", empty if unknown.
type release string

// since reports whether the release is the given one or a later one. An unknown release counts as the newest.
func (r release) since(version string) bool {
	return !semver.IsValid("v"+string(r)) || semver.Compare("v"+string(r), "v"+version) >= 0
}
