package command

import (
	"cmp"
	"runtime/debug"

	"github.com/spf13/cobra"

	"authpocket/internal/visible"
)

func newVersion(s *shared) *cobra.Command {
	var f jsonFlag
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit and the version of Go",
		Long:  "Prints the version of authpocket, the commit and the version of Go that it was built with.",
		Example: "  authpocket version\n" +
			"  authpocket version --json",
		Args: atMost(0),
		RunE: func(*cobra.Command, []string) error {
			if f.JSON {
				s.program().view(true).json(builtAs())
			} else {
				visible.Fprintf(s.out, "authpocket version %s\n", buildVersion())
			}
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

// releaseVersion returns the version of the module, "(devel)" where the build
// knows none.
func releaseVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// buildVersion returns the version, the commit and the version of Go.
func buildVersion() string {
	b, changed := builtAs(), ""
	if b.Go == "" {
		return b.Version
	}
	if b.Changed {
		changed = ", changed"
	}
	return b.Version + " (commit " + cmp.Or(b.Commit, "unknown") + changed + ", " + b.Go + ")"
}

func builtAs() versionResult {
	b := versionResult{Version: releaseVersion()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Go = info.GoVersion
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Commit = setting.Value
		case "vcs.modified":
			b.Changed = setting.Value == "true"
		}
	}
	return b
}
