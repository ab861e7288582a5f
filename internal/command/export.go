package command

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/export"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

type exportFlags struct {
	program.SourceFlags
	Whole  bool
	Format string // empty with All
	All    bool
	Out    string // file, or directory with All; empty or - for standard output
	Force  bool
}

// allFormats names the formats.
func allFormats() say.Text {
	return say.Or(link.Each(export.All(), func(f export.Format) say.Text { return say.Raw(f.Name) })...)
}

func newExport(s *program.Shared) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export [format]",
		Short: "Print the plan as code, without secrets",
		Long: "Prints the plan as code, without secrets. The format is blueprint (of authentik), terraform,\n" +
			"pocketbase-migration, curl (a shell script) or markdown. pocketbase-hook is the file for pb_hooks that sets\n" +
			"fields from a person's groups at each sign-in, if the link file names such fields under pocketbase.groups.\n" +
			"With --out it writes a file that nobody else can read, and with --all one for each format. A format that\n" +
			"cannot represent the plan is left out, with the reason.\n\n" +
			"Exit code 0: done, 1: error, also if a format was left out.",
		Example: "  authpocket export -f link.yaml blueprint\n" +
			"  authpocket export -f link.yaml --whole terraform --out link.tf\n" +
			"  authpocket export -f link.yaml --all --out exported/",
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.All && len(args) > 0:
				return errors.New("--all is all formats; leave out " + args[0])
			case f.All && (f.Out == "" || f.Out == "-"):
				return errors.New("--all writes several files; name their directory with --out")
			case !f.All && len(args) == 0:
				return errors.New("there is no format; use " + allFormats().String())
			}
			return option.AtMost(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !f.All {
				f.Format = args[0]
			}
			return f.run(cmd.Context(), s.Run())
		},
	}
	f.Add(cmd)
	f.AddOnly(cmd, s)
	cmd.ValidArgsFunction = s.Suggest(formats)
	flags := cmd.Flags()
	flags.BoolVar(&f.Whole, "whole", false,
		"export the whole link as if nothing existed yet, not only the remaining\nchanges")
	flags.VarP((*option.Path)(&f.Out), "out", "o",
		"the `file` to write, or with --all the directory; default: standard output; an\n"+
			"existing file is not replaced")
	flags.BoolVar(&f.All, "all", false, "write a file in each format to the directory --out")
	flags.BoolVar(&f.Force, "force", false, "replace existing files")
	return cmd
}

// formats suggests the formats.
func formats(context.Context, *program.Run, string) []cobra.Completion {
	var names []cobra.Completion
	for _, f := range export.All() {
		names = append(names, cobra.CompletionWithDesc(f.Name, f.Title.String()))
	}
	return names
}

// run prints or writes the plan in other languages, without secrets.
func (f exportFlags) run(ctx context.Context, p *program.Run) error {
	view := p.View(false)
	var chosen []export.Format
	if !f.All {
		format, found := export.Find(f.Format)
		if !found {
			return view.Fail(output.Refused(say.Of("There is no format “%s”.", f.Format),
				say.Of("Use %s.", allFormats())))
		}
		chosen = []export.Format{format}
	}
	none := func() (*engine.Store, error) { return nil, nil }
	e, spec, err := p.Open(ctx, view, program.FileFlags{SourceFlags: f.SourceFlags}, none)
	if err != nil {
		return view.Fail(err)
	}
	planned := e.Plan
	if f.Whole {
		planned = e.Whole
	}
	plan, err := planned(ctx, spec)
	if err != nil {
		return view.Fail(output.Interrupted(ctx, err))
	}
	if f.All {
		chosen = export.Offered(&plan)
	}
	if err := f.save(p, chosen, &plan); err != nil {
		return view.Fail(err)
	}
	for _, w := range plan.Warnings {
		// The file lets in more people than the link.
		if w.ID == report.WarnAccessUnseen || w.ID == report.WarnBindingLeftOut {
			visible.Fprintf(p.Err, "! %s\n", p.Say(output.Warning(w)))
		}
	}
	return nil
}

// save writes the plan in each format to standard output or to files. No file
// is written if one of them exists. The error joins those of formats that cannot
// represent the plan.
func (f exportFlags) save(p *program.Run, chosen []export.Format, plan *link.Plan) error {
	texts := map[string][]byte{} // by path
	var left []error
	made := plan.Desired.Provider.ClientID == plan.Generated.ClientID && !plan.Generated.KeptID
	for _, format := range chosen {
		var text bytes.Buffer
		err := format.Write(&text, *plan)
		if _, refused := errors.AsType[report.Problems](err); err != nil && !refused {
			return err
		} else if err != nil {
			left = append(left, err)
			continue
		}
		path := f.Out
		if f.All {
			path = filepath.Join(f.Out, format.FileNameAt(time.Now()))
		}
		texts[path] = text.Bytes()
		if made && !f.All && format.OneSystem && bytes.Contains(texts[path], []byte(plan.Generated.ClientID)) {
			visible.Fprintf(p.Err, "! %s\n", p.Say(say.Of("Another export has another client ID. Make the files of "+
				"both systems at once with --all, or set provider.client_id.")))
		}
	}
	if exported := texts[f.Out]; f.Out == "" || f.Out == "-" {
		_, _ = p.Out.Write(exported) // run returns an error
		return errors.Join(left...)
	}
	return errors.Join(append([]error{f.writeAll(p, texts)}, left...)...)
}

// writeAll writes files, or none if one of them exists.
func (f exportFlags) writeAll(p *program.Run, texts map[string][]byte) error {
	todo := say.Of("Name another place with --out, or use --force.")
	for path := range texts {
		if !f.Force && !disk.IsFree(path) {
			return disk.Occupied(path, todo)
		}
	}
	if f.All {
		if err := os.MkdirAll(f.Out, 0o700); err != nil {
			return disk.OfFile(f.Out, err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		err := error(nil)
		if f.Force {
			err = disk.Replace(path, texts[path], 0o600)
		} else {
			err = disk.WriteNew(path, texts[path])
		}
		if errors.Is(err, fs.ErrExist) {
			return disk.Occupied(path, todo)
		} else if err != nil {
			return disk.OfFile(path, err)
		}
		p.Tell(say.Of("Wrote %s.", path))
	}
	if f.All && f.Force {
		return removeEarlier(f.Out, texts)
	}
	return nil
}

// removeEarlier removes from a directory the earlier exports in the formats whose file names have a time.
func removeEarlier(dir string, written map[string][]byte) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return output.Failing(say.Of("looking for earlier exports"), err)
	}
	for path := range written {
		for _, entry := range entries {
			earlier := filepath.Join(dir, entry.Name())
			replaced := func(f export.Format) bool { return f.Named(filepath.Base(path)) && f.Named(entry.Name()) }
			if earlier != path && slices.ContainsFunc(export.All(), replaced) {
				if err := os.Remove(earlier); err != nil {
					return output.Failing(say.Of("removing an earlier export"), err)
				}
			}
		}
	}
	return nil
}
