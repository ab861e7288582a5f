package command

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/command/terminal"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/linkfile"
	"authpocket/internal/preset"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

type initFlags struct {
	targetFlags
	Email  string // empty: asked
	Preset string
	App    string // the address at which people open the app, empty where it is not known
}

func newInit(s *program.Shared) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a link file",
		Long: "Writes a link file. It asks for what --authentik, --pocketbase and --email leave open; when it asks, " +
			"it tries\n" +
			"the tokens at once. They are not stored. It proposes the preset of the app that PocketBase belongs to.\n" +
			"Without a terminal these three flags are required.",
		Example: "  authpocket init\n" +
			"  authpocket init --authentik https://authentik.company --pocketbase https://pocketbase.company --email leave",
		Args: option.AtMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.Run()) },
	}
	f.add(cmd)
	option.Choose(cmd, cmd.Flags(), &f.Email, "email", "the `decision` which e-mail addresses PocketBase treats as "+
		"verified: trust-all,\ntrust-attribute or leave", linkfile.EmailKey().Values...)
	cmd.Flags().StringVar(&f.App, "app", "", "`address` at which people open the app; some presets need it")
	option.Choose(cmd, cmd.Flags(), &f.Preset, "preset",
		"the `app` that PocketBase belongs to, if it is one of these:\n"+
			strings.Join(preset.Names(), ", "), preset.Names()...)
	return cmd
}

// run writes a link file, from the flags or from the answers at the terminal.
func (f initFlags) run(ctx context.Context, p *program.Run) error {
	view := f.view(p)
	view.Flags["application.launch_url"] = "--app"
	if err := f.free(); err != nil {
		return view.Fail(err)
	}
	reach := f.reach()
	spec := f.spec()
	if problems := f.wrong(spec, view); len(problems) > 0 {
		return view.Fail(problems)
	}
	asks := f.Authentik == "" || f.PocketBase == "" || f.Email == ""
	if asks {
		if !p.CanAsk() {
			return view.Fail(output.Refused(say.Of("Without a terminal, init asks nothing."),
				say.Of("Use --authentik, --pocketbase and --email.")))
		}
		a := asker{Run: p, ask: p.Asker(), view: p.View(false)}
		var err error
		if reach, spec, err = a.fill(ctx, f); err != nil {
			return view.Fail(output.Interrupted(ctx, err))
		}
	}
	if problems := wrongAddresses(&reach); len(problems) > 0 {
		return view.Fail(problems)
	}
	if problems := append(f.wrong(spec, view), preset.Problems(&spec)...); len(problems) > 0 {
		return view.Fail(problems)
	}
	reached, _ := reach.Spec()
	spec.AuthentikURL, spec.PocketBaseURLs = reached.AuthentikURL, reached.PocketBaseURLs
	if err := f.save(p, &reach, &spec); err != nil {
		return view.Fail(err)
	}
	if !asks && f.Preset == "" {
		hintPreset(ctx, p, reach.PocketBase)
	}
	return nil
}

// spec returns what the flags say of the link.
func (f initFlags) spec() link.Spec {
	spec := link.Spec{Email: link.EmailDecision(f.Email)}
	f.identify(&spec)
	if f.Preset != "" {
		spec.Preset = &f.Preset
	}
	if f.App != "" {
		spec.Application.LaunchURL = &f.App
	}
	return spec
}

// hintTime is how long init waits for a PocketBase that it asks for a hint only.
const hintTime = 5 * time.Second

// hintPreset says which app the PocketBase belongs to, if there is a token for it, and it answers and tells.
func hintPreset(ctx context.Context, p *program.Run, to linkfile.PocketBase) {
	if !to.Token.IsSet() {
		return
	}
	ctx, stop := context.WithTimeout(ctx, hintTime)
	defer stop()
	connected, err := p.ConnectPocketBase(ctx, to)
	if err != nil {
		return
	}
	snap, err := connected.System.Observe(ctx, link.Query{})
	if err != nil {
		return
	}
	if app, why := preset.Recognise(snap); app != nil {
		add := say.Of("Add --preset %s for the redirect URIs that it needs.", app.Name)
		if app.NeedsApp {
			add = say.Of("Add --preset %s for the redirect URIs that it needs, and --app with its address.", app.Name)
		}
		p.Tell(say.Join(belongs(app), why, add))
	}
}

func belongs(app *preset.Preset) say.Text {
	return say.Of("This PocketBase belongs to %s.", app.Label())
}

// wrongAddresses returns the problems of the addresses. A file can be written without tokens.
func wrongAddresses(reach *linkfile.File) report.Problems {
	_, problems := reach.Spec()
	return slices.DeleteFunc(problems, func(p report.Problem) bool { return !strings.HasSuffix(p.Field, ".url") })
}

// asker asks the questions of init at the terminal.
type asker struct {
	*program.Run
	ask  terminal.Asker
	view *output.View
}

// fill asks for what the flags leave open. Tokens are tried at once and not stored.
func (a asker) fill(ctx context.Context, f initFlags) (linkfile.File, link.Spec, error) {
	var cfg engine.Config
	reach := f.reach()
	err := a.until(ctx, func(last error) (err error) {
		if reach.Authentik, err = a.authentik(ctx, reach.Authentik, last); err == nil {
			connected, wrong := a.ConnectAuthentik(ctx, reach.Authentik)
			cfg.Authentik, err = connected.System, wrong
		}
		return err
	})
	if err == nil {
		err = a.until(ctx, func(last error) (err error) {
			if reach.PocketBase, err = a.pocketBase(ctx, reach.PocketBase, last); err == nil {
				connected, wrong := a.ConnectPocketBase(ctx, reach.PocketBase)
				cfg.PocketBase, err = connected.System, wrong
			}
			return err
		})
	}
	if err != nil {
		return reach, link.Spec{}, err
	}
	reach = linkfile.Reach(reach.Authentik, reach.PocketBase)
	spec, err := a.settings(ctx, engine.New(cfg), f)
	if err == nil && spec.AuthentikURL != "" {
		reach, err = a.publicURL(ctx, reach, spec.AuthentikURL)
	}
	return reach, spec, err
}

// publicURL asks for authentik's public address, which authentik's base URL proposes.
func (a asker) publicURL(ctx context.Context, reach linkfile.File, proposed string) (linkfile.File, error) {
	to, question := reach.Authentik, say.Of("Address of authentik that browsers and PocketBase use")
	err := a.until(ctx, func(error) (err error) {
		if to.PublicURL, err = a.ask.Line(ctx, question, proposed); err != nil {
			return err
		}
		reach = linkfile.Reach(to, reach.PocketBase)
		_, problems := reach.Spec()
		return slices.DeleteFunc(problems, func(p report.Problem) bool {
			return p.Field != "authentik.public_url"
		}).Err()
	})
	return reach, err
}

// until repeats a question whose answer does not work, with the last error.
func (a asker) until(ctx context.Context, question func(last error) error) error {
	for last := error(nil); ; {
		last = question(last)
		switch {
		case errors.Is(last, terminal.ErrNoAnswer):
			return output.Refused(say.Of("There was no answer, so nothing was written."), say.Text{})
		case last == nil || ctx.Err() != nil:
			return last
		}
		a.view.Errors(last)
	}
}

// blamed reports whether an error is about a field, such as a token.
func blamed(err error, field string) bool {
	return slices.ContainsFunc(report.Messages(err), func(m report.Message) bool { return m.Field == field })
}

// authentik asks for what is missing, or does not work: the token is kept while the address is corrected, and the
// address while the token is.
func (a asker) authentik(ctx context.Context, to linkfile.Authentik, last error) (linkfile.Authentik, error) {
	var err error
	tokenFails := blamed(last, "authentik.token")
	if to.URL == "" || last != nil && !tokenFails {
		if to.URL, err = a.ask.Line(ctx, say.Of("Address of authentik"), to.URL); err != nil {
			return to, err
		}
	}
	if problems := wrongAddress(new(linkfile.Reach(to, linkfile.PocketBase{})), "authentik"); len(problems) > 0 {
		to.URL = "" // not proposed again
		return to, problems
	}
	if !to.Token.IsSet() || tokenFails {
		if to.Token, err = a.Secret(ctx, say.Of("API token of authentik (not stored)")); err != nil {
			return to, err
		}
	}
	reach := linkfile.Reach(to, linkfile.PocketBase{})
	return reach.Authentik, problemsOf(&reach, "authentik").Err()
}

func (a asker) pocketBase(ctx context.Context, to linkfile.PocketBase, last error) (linkfile.PocketBase, error) {
	var err error
	tokenFails := blamed(last, "pocketbase.token")
	if to.URL == "" || last != nil && !tokenFails {
		if to.URL, err = a.ask.Line(ctx, say.Of("Address of PocketBase"), to.URL); err != nil {
			return to, err
		}
	}
	if problems := wrongAddress(new(linkfile.Reach(linkfile.Authentik{}, to)), "pocketbase"); len(problems) > 0 {
		to.URL = "" // not proposed again
		return to, problems
	}
	if !to.Token.IsSet() || tokenFails {
		if to.Token, err = a.Secret(ctx, say.Of("Superuser token of PocketBase (not stored)")); err != nil {
			return to, err
		}
	}
	reach := linkfile.Reach(linkfile.Authentik{}, to)
	return reach.PocketBase, problemsOf(&reach, "pocketbase").Err()
}

// wrongAddress returns the problems of one system's address, which need no token to be seen.
func wrongAddress(reach *linkfile.File, system string) report.Problems {
	return slices.DeleteFunc(wrongAddresses(reach), func(p report.Problem) bool { return p.Field != system+".url" })
}

// problemsOf returns the problems of one system.
func problemsOf(reach *linkfile.File, system string) report.Problems {
	_, problems := reach.Spec()
	return slices.DeleteFunc(problems, func(p report.Problem) bool { return !strings.HasPrefix(p.Field, system+".") })
}

// settings asks for the collection and the e-mail decision. The spec has the address that authentik has for itself,
// empty if it is the one that was read.
func (a asker) settings(ctx context.Context, e *engine.Engine, f initFlags) (link.Spec, error) {
	spec := f.spec()
	snaps, err := e.Observe(ctx, spec)
	if err != nil {
		return spec, err
	}
	if err := a.preset(ctx, &snaps.PocketBase, &spec); err != nil {
		return spec, err
	}
	collections := slices.DeleteFunc(slices.Clone(snaps.PocketBase.Collections),
		func(c link.CollectionState) bool { return c.Name == link.Superusers })
	if len(collections) == 0 {
		return spec, output.Refused(say.Of("This PocketBase has no auth collection."),
			say.Of("Create one in its dashboard first."))
	}
	names := link.Each(collections, func(c link.CollectionState) string { return c.Name })
	name := f.Collection
	if name == "" && len(names) == 1 {
		name, spec.PocketBase.Collection = names[0], &names[0]
		a.Tell(say.Of("Auth collection: %s. New users are created in it.", name))
	}
	if name == "" {
		question := say.Of("Auth collection. New users are created in it.")
		if name, err = a.ask.Choice(ctx, question, names, link.Each(names, say.Raw)); err != nil {
			return spec, err
		}
		spec.PocketBase.Collection = &name
	}
	collection := snaps.PocketBase.Collection(name)
	if collection == nil {
		return spec, report.Problems{{Field: "pocketbase.collection",
			Summary: say.Of("PocketBase has no auth collection “%s”.", name),
			Todo:    say.Of("Choose one of: %s.", say.Raw(strings.Join(names, ", ")))}}
	}
	if spec.Email == "" {
		decisions := linkfile.EmailKey().Values
		outcomes := link.Each(decisions, func(d string) say.Text {
			return say.Of("%s: %s", d, mappings.EmailOutcome(link.EmailDecision(d), collection))
		})
		var decision string
		decision, err = a.ask.Choice(ctx, say.Of("Which e-mail addresses may PocketBase treat as verified?"),
			decisions, outcomes)
		spec.Email = link.EmailDecision(decision)
	}
	spec.AuthentikURL = snaps.PublicURL(&spec)
	return spec, err
}

// preset asks whether to use the preset of the app that the PocketBase belongs to, unless one is chosen, and for what
// the preset needs to know.
func (a asker) preset(ctx context.Context, p *link.PocketBaseSnapshot, spec *link.Spec) error {
	app := preset.Named(link.Value(spec.Preset, ""))
	if app == nil {
		found, why := preset.Recognise(*p)
		if found == nil {
			return nil
		}
		a.Tell(say.Join(belongs(found), why))
		use, err := a.ask.Confirm(ctx, say.Of("Use its preset, which adds the redirect URIs that it needs?"))
		if !use {
			return err
		}
		app, spec.Preset = found, &found.Name
	}
	if !app.NeedsApp || spec.Application.LaunchURL != nil {
		return nil
	}
	return a.until(ctx, func(error) error {
		address, err := a.ask.Line(ctx, say.Of("Address at which people open the app"), app.AppURL(p))
		if err != nil {
			return err
		}
		spec.Application.LaunchURL = &address
		return preset.Problems(spec).Err()
	})
}
