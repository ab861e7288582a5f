//go:build !unix

package secret

// ForbidCoreDumps does nothing: this operating system has no core dumps.
func ForbidCoreDumps() error { return nil }
