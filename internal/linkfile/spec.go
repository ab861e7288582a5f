package linkfile

import (
	"fmt"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/link/addresses"
	"authpocket/internal/preset"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// check sets both base addresses, the spec and its problems.
func (f *File) check() {
	f.spec = link.Spec{
		Application: f.Application, Provider: f.Provider, Access: f.Access,
		Preset: f.Preset, Email: f.Email, Existing: f.Existing, PocketBase: f.PocketBase.PocketBase,
	}
	f.checkAuthentik()
	f.checkPocketBase()
	f.spec = preset.Expand(f.spec)
	f.problems = append(append(f.problems, f.spec.Validate()...), preset.Problems(&f.spec)...)
}

func (f *File) checkAuthentik() {
	a := &f.Authentik
	a.Base = f.address(report.Authentik, say.Of("The %s address", report.Authentik.Label()), "authentik.url", a.URL)
	f.encrypted(report.Authentik, a.Base, a.Insecure)
	f.spec.AuthentikURL = a.Base
	if a.PublicURL != "" {
		f.spec.AuthentikURL = f.address(report.Authentik, say.Of("authentik's public address"), "authentik.public_url",
			a.PublicURL)
	}
	if !a.Token.IsSet() && !f.sets("authentik.token_file") {
		f.problems.Add("authentik.token", say.Of("There is no token for authentik."),
			f.todo(say.Of("Set it, for example token: %s, or name a file with token_file.", "${AUTHENTIK_TOKEN}"),
				say.Of("Set this environment variable to it.")))
	}
}

func (f *File) checkPocketBase() {
	p := &f.PocketBase
	p.Base = f.address(report.PB, say.Of("The %s address", report.PB.Label()), "pocketbase.url", p.URL)
	f.encrypted(report.PB, p.Base, p.Insecure)
	public := []string{p.Base}
	if len(p.PublicURLs) > 0 {
		public = nil
	}
	for i, raw := range p.PublicURLs {
		field := fmt.Sprintf("pocketbase.public_urls.%d", i)
		public = append(public, f.address(report.PB, say.Of("PocketBase public address"), field, raw))
	}
	// Invalid addresses already have a problem.
	f.spec.PocketBaseURLs = slices.DeleteFunc(public, func(u string) bool { return u == "" })
	if !p.Token.IsSet() && !f.sets("pocketbase.token_file") &&
		(p.Email == "" || !p.Password.IsSet() && !f.sets("pocketbase.password_file")) {
		f.problems.Add("pocketbase.token", say.Of("There are no credentials for PocketBase."),
			f.todo(say.Of("Set token, or email and password, of a superuser."),
				say.Of("Set this environment variable to it.")))
	}
}

func (f *File) address(of report.System, label say.Text, field, raw string) string {
	base, problem := addresses.Parse(of, label, field, raw)
	if problem != nil {
		f.problems = append(f.problems, *problem)
	}
	return base
}

func (f *File) encrypted(of report.System, base string, insecure bool) {
	todo := f.todo(say.Of("Use https://, or allow it with insecure_http: true below %s.", string(of)),
		say.Of("Use https://, or allow it with --insecure-http."))
	if problem := addresses.Unencrypted(of, base, todo); problem != nil && !insecure {
		f.problems = append(f.problems, *problem)
	}
}

// todo returns what to do: in the file, or without one with flags and variables.
func (f *File) todo(inFile, without say.Text) say.Text {
	if f.at == nil {
		return without
	}
	return inFile
}

// sets reports whether the file has the key.
func (f *File) sets(key string) bool {
	_, found := f.at[key]
	return found
}
