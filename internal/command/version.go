package command

import (
	"runtime/debug"

	"github.com/spf13/cobra"

	"authpocket/internal/visible"
)

func newVersion(s *shared) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit and the version of Go",
		Long:    "Prints the version of authpocket, the commit and the version of Go that it was built with.",
		Example: "  authpocket version",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			visible.Fprintf(s.out, "authpocket version %s\n", cmd.Root().Version)
			return nil
		},
	}
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
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return releaseVersion()
	}
	commit, changed := "unknown", ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = ", changed"
		}
	}
	return releaseVersion() + " (commit " + commit + changed + ", " + info.GoVersion + ")"
}
