package command

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// The environment variables with the tokens of init and import, which the link file then names.
const (
	envAuthentikToken  = "AUTHENTIK_TOKEN"  // #nosec G101 -- a name
	envPocketBaseToken = "POCKETBASE_TOKEN" // #nosec G101 -- a name
)

// targetFlags say which link a new link file is of.
type targetFlags struct {
	Authentik, PocketBase string // addresses
	Collection, Slug      string
	Insecure              bool
	Out                   string
}

func (f *targetFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Authentik, "authentik", "", "`address` of authentik")
	flags.StringVar(&f.PocketBase, "pocketbase", "", "`address` of PocketBase")
	flags.StringVar(&f.Collection, "collection", "", "`name` of the link's auth collection")
	flags.StringVar(&f.Slug, "slug", "", "`slug` of the link's application in authentik")
	flags.BoolVar(&f.Insecure, "insecure-http", false, "allow tokens over plain http outside your own network")
	f.Out = linkfile.Default
	flags.VarP((*option.Path)(&f.Out), "out", "o", "the file to write, or - for standard output; an existing one is "+
		"not\nreplaced")
}

// view returns what prints the outcome. It names flags and variables in the place of keys.
func (f targetFlags) view(p *program.Run) *output.View {
	v := p.View(false)
	v.Flags = map[string]string{"authentik.url": "--authentik", "pocketbase.url": "--pocketbase",
		"authentik.token": envAuthentikToken, "pocketbase.token": envPocketBaseToken,
		"application.slug": "--slug", "pocketbase.collection": "--collection"}
	return v
}

// reach returns how to reach both systems, with the tokens of the environment.
func (f targetFlags) reach() linkfile.File {
	return linkfile.Reach(
		linkfile.Authentik{URL: f.Authentik, Insecure: f.Insecure, Token: secret.New(os.Getenv(envAuthentikToken))},
		linkfile.PocketBase{URL: f.PocketBase, Insecure: f.Insecure, Token: secret.New(os.Getenv(envPocketBaseToken))})
}

// identify sets the fields of spec that the flags name.
func (f targetFlags) identify(spec *link.Spec) {
	if f.Slug != "" {
		spec.Application.Slug = &f.Slug
	}
	if f.Collection != "" {
		spec.PocketBase.Collection = &f.Collection
	}
}

// wrong returns the problems of what the flags say in spec.
func (f targetFlags) wrong(spec link.Spec, v *output.View) report.Problems {
	return slices.DeleteFunc(spec.Validate(), func(p report.Problem) bool { return v.Flags[p.Field] == "" })
}

// free returns an error if the file to write exists.
func (f targetFlags) free() error {
	if f.Out != "-" && !disk.IsFree(f.Out) {
		return f.taken()
	}
	return nil
}

func (f targetFlags) taken() error {
	return disk.Occupied(f.Out, say.Of("Name another file with --out."))
}

// save writes the link file, to a new file or to standard output.
func (f targetFlags) save(p *program.Run, reach *linkfile.File, spec *link.Spec) error {
	linkFile, err := linkfile.Write(reach, spec)
	if err != nil {
		return err
	}
	if f.Out == "-" {
		_, _ = p.Out.Write(linkFile) // run returns an error
		return nil
	}
	if err := disk.WriteNew(f.Out, linkFile); errors.Is(err, fs.ErrExist) {
		return f.taken()
	} else if err != nil {
		return disk.OfFile(f.Out, err)
	}
	p.Tell(say.Of("Wrote %s. It takes the tokens from %s and %s.", f.Out, envAuthentikToken,
		envPocketBaseToken))
	return nil
}
