package command

import (
	"cmp"
	"runtime/debug"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
)

func newVersion(s *program.Shared) *cobra.Command {
	var f program.JSONFlag
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit and the version of Go",
		Long:  "Prints the version of authpocket, the commit and the version of Go that it was built with.",
		Example: "  authpocket version\n" +
			"  authpocket version --json",
		Args: option.AtMost(0),
		RunE: func(*cobra.Command, []string) error {
			s.Run().View(f.JSON).Version(builtAs())
			return nil
		},
	}
	f.Add(cmd)
	return cmd
}

// stampedVersion and stampedCommit are set by the linker for a release, which may be built where there is no
// repository: see VERSION in the Makefile.
var stampedVersion, stampedCommit string

// releaseVersion returns the version of the release or of the module,
// "(devel)" where the build knows none.
func releaseVersion() string {
	if stampedVersion != "" {
		return stampedVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// builtAs returns how the program was built.
func builtAs() output.Build {
	b := output.Build{Version: releaseVersion(), Commit: stampedCommit}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Go = info.GoVersion
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Commit = cmp.Or(b.Commit, setting.Value)
		case "vcs.modified":
			b.Changed = setting.Value == "true"
		}
	}
	return b
}
