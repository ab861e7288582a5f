package export

import (
	"cmp"
	_ "embed" // for the script's functions
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

//go:embed shell_head.sh
var shellHead string

//go:embed shell_functions.sh
var shellFunctions string

// The script's variables that hold JSON.
const (
	varSecret   = variable("client_secret")
	varMapping  = variable("mapping_pk")
	varGroups   = variable("groups_mapping_pk")
	varKey      = variable("key_pk")
	varProvider = variable("provider_pk")
	varApp      = variable("application_pk")
)

// shell returns a script that makes the plan's API calls in order.
func shell(p link.Plan) (string, error) {
	c := carrier{name: "a shell script", systems: []report.System{report.Authentik, report.PB}, states: true}
	if err := c.check(&p); err != nil {
		return "", err
	}
	old := link.OldSlots(p.Changes) // a script cannot prove a sign-in, so they stay
	p.Changes = slices.DeleteFunc(slices.Clone(p.Changes),
		func(c link.Change) bool { return c.Kind == link.KindOldSlot })
	s := scripter{p: p, d: p.Desired, ids: map[variable]bool{}}
	for i, change := range p.Changes {
		s.line("")
		s.line(fmt.Sprintf("# %d of %d: %s", i+1, len(p.Changes), change.System.Label()))
		s.change(change)
	}
	for _, slot := range old {
		s.line("")
		s.line(fmt.Sprintf("# %s stays: remove it in PocketBase once a sign-in through %s has worked.", slot,
			p.Desired.Slot.Slot))
	}
	s.line("")
	s.line("echo " + shellQuote(countOf(len(p.Changes), "There is nothing to change.", "Done: %s made.")))
	needs := s.needs()
	if s.err != nil {
		return "", s.err
	}
	return shellHead + needs.comment + shellFunctions + needs.code + s.body.String(), nil
}

// countOf returns a text with the number of changes in it, or the one for none.
func countOf(n int, none, text string) string {
	switch n {
	case 0:
		return none
	case 1:
		return fmt.Sprintf(text, "1 change")
	}
	return fmt.Sprintf(text, fmt.Sprint(n, " changes"))
}

// scripter writes the calls of a script.
type scripter struct {
	link.LinkOnly
	p    link.Plan
	d    link.Desired
	body strings.Builder
	// ids are the variables that earlier calls have set.
	ids map[variable]bool
	// What the calls so far need in the environment.
	authentik, pocketbase, collects, secret bool
	err                                     error // the first one
}

func (s *scripter) fail(err error) { s.err = cmp.Or(s.err, err) }

func (s *scripter) line(text string) { s.body.WriteString(text + "\n") }

// call writes one request, without a body if that is nil.
func (s *scripter) call(system report.System, method, path string, body any) {
	command := "authentik"
	if system == report.PB {
		command, s.pocketbase = "pocketbase", true
	} else {
		s.authentik = true
	}
	word := "''"
	if body != nil {
		var err error
		word, err = shellJSON(body)
		s.fail(err)
	}
	s.line(command + " " + method + " " + shellQuote(path) + " " + word)
}

// keep stores the primary key from the last response in a variable.
func (s *scripter) keep(name variable) {
	s.ids[name] = true
	s.line(string(name) + "=$(pk)")
}

// needed is the part of the script's head that depends on its calls.
type needed struct{ comment, code string }

// needs returns the required environment variables, and a check before the first
// write that the collection is still the one of the plan.
func (s *scripter) needs() needed {
	var n needed
	if s.authentik {
		n.variable("AUTHENTIK_TOKEN", "an API token of an authentik administrator")
		n.address("authentik_url", "AUTHENTIK_URL", s.d.AuthentikURL)
	}
	if s.pocketbase {
		n.variable("POCKETBASE_TOKEN", "a token of a PocketBase superuser")
		n.address("pocketbase_url", "POCKETBASE_URL", s.d.PocketBaseURL)
	}
	if s.secret {
		what := "the client secret for both systems"
		if !writesProviderSecret(&s.p) {
			what = "the client secret that authentik has"
		}
		n.variable(secretVariable, what)
		n.code += string(varSecret) + `="\"$(escaped "$` + secretVariable + `")\""` + "\n"
	}
	if n.comment != "" {
		n.comment = "#\n# It needs these environment variables:\n" + n.comment +
			"# AUTHENTIK_URL and POCKETBASE_URL reach the two at other addresses.\n"
	}
	if updated := s.d.Collection.Updated; s.collects && updated != "" {
		n.code += "\n# Providers that were added to the collection since would be lost.\n" +
			"pocketbase GET " + shellQuote(listPath(&s.d.Collection)) + " ''\n" +
			"case $answer in\n    *" + shellQuote(`"updated":`+jsonText(updated)) + "*) ;;\n" +
			`    *) stop "The collection was changed since the plan was made. Nothing was written; make a new plan." ;;` +
			"\nesac\n"
	}
	// a link from scratch, for a collection that was not observed
	if c := s.d.Collection; s.collects && c.ID == "" && c.Updated == "" {
		n.code += "\n# Providers that the collection has would be lost.\n" +
			"pocketbase GET " + shellQuote(listPath(&c)) + " ''\n" +
			"case $answer in\n    *" + shellQuote(`"providers":[]`) + "* | *" + shellQuote(`"providers":null`) +
			"*) ;;\n" +
			`    *) stop "The collection is not there, or has OAuth2 providers already. Nothing was written; make the link with authpocket." ;;` + "\nesac\n"
	}
	return n
}

func (n *needed) variable(name, what string) {
	n.comment += fmt.Sprintf("#   %-24s  %s\n", name, what)
	n.code += "\n" + `: "${` + name + `:?Set it to ` + what + `.}"` + "\n" + "printable " + name + ` "$` + name + `"` +
		"\n"
}

func (n *needed) address(local, name, fallback string) {
	n.code += local + "=" + shellQuote(fallback) + "\n" +
		"if [ -n \"${" + name + ":-}\" ]; then " + local + "=${" + name + "%/}; fi\n"
}

// shellQuote returns s as one word of a POSIX shell. s must not contain NUL.
func shellQuote(s string) string { return "'" + quoteInside(s) + "'" }

// quoteInside returns s escaped for single quotes.
func quoteInside(s string) string { return strings.ReplaceAll(s, "'", `'\''`) }

// shellJSON returns a JSON document as one shell word. Its variables are expanded
// by the shell and must hold JSON.
func shellJSON(v any) (string, error) {
	r := renderer{literal: quoteInside, variable: func(n variable) string { return `'"$` + string(n) + `"'` }}
	r.value(v, "")
	return "'" + r.out.String() + "'", r.err
}
