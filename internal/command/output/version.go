package output

import (
	"cmp"

	"authpocket/internal/visible"
)

// Build is how the program was built, what version prints.
type Build struct {
	// Version is that of the module, "(devel)" for a build that knows none.
	Version string `json:"version"`
	// Commit is empty for a build that knows none.
	Commit string `json:"commit"`
	// Changed reports whether the source differed from the commit.
	Changed bool `json:"changed"`
	// Go is the version of Go that built the program.
	Go string `json:"go"`
}

// String returns the version, the commit and the version of Go.
func (b Build) String() string {
	changed := ""
	if b.Go == "" {
		return b.Version
	}
	if b.Changed {
		changed = ", changed"
	}
	return b.Version + " (commit " + cmp.Or(b.Commit, "unknown") + changed + ", " + b.Go + ")"
}

// Version prints how the program was built.
func (v View) Version(b Build) {
	if v.AsJSON {
		v.json(b)
		return
	}
	visible.Fprintf(v.Out, "authpocket version %s\n", b)
}
