package output

import (
	"cmp"

	"authpocket/internal/say"
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

// Text returns the version, the commit and the version of Go.
func (b Build) Text() say.Text {
	switch commit := cmp.Or(say.Raw(b.Commit), say.Of("unknown")); {
	case b.Go == "":
		return say.Raw(b.Version)
	case b.Changed:
		return say.Of("%s (commit %s, changed, %s)", b.Version, commit, b.Go)
	default:
		return say.Of("%s (commit %s, %s)", b.Version, commit, b.Go)
	}
}

// Version prints how the program was built.
func (v *View) Version(b Build) {
	if v.AsJSON {
		v.json(b)
		return
	}
	v.line("", say.Of("authpocket version %s", b.Text()), "")
}
