//go:build !unix

package secret

// ForbidCoreDumps does nothing where there are no core dumps.
func ForbidCoreDumps() error { return nil }
