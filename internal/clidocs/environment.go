package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"authpocket/internal/command"
	"authpocket/internal/command/option"
)

// variable is an environment variable that is no flag's, or several with one meaning.
type variable struct{ names, meaning string }

// secrets returns the variables with secrets.
func secrets() []variable {
	return []variable{
		{"AUTHENTIK_TOKEN", "authentik's API token, for `import`, and for link files that name it. `init` tries it"},
		{"POCKETBASE_TOKEN", "PocketBase's superuser token, the same way"},
		{"AUTHENTIK_… POCKETBASE_…", "any other one that a [link file](link-file.md#secrets) names. `--allow-env` " +
			"allows further names"},
		{"AUTHPOCKET_SIGNIN_PASSWORD", "the password for `--sign-in`"},
		{"AUTHPOCKET_SIGNIN_TOTP_SECRET", "the secret of the person's authenticator app"},
		{"AUTHPOCKET_SIGNIN_RECOVERY_CODE", "a recovery code of the person"},
		{"POCKETBASE_CLIENT_SECRET", "read by exported migrations, never by authpocket"},
	}
}

// surroundings returns the variables that belong to the system.
func surroundings() []variable {
	return []variable{
		{"LC_ALL LC_MESSAGES LANG", "the language of what commands print: the first that is set. JSON, logs and help " +
			"stay English"},
		{"NO_COLOR", "no colours, unless `--color always`"},
		{"TERM", "`dumb`: neither colours nor lines that are written over"},
		{"XDG_STATE_HOME", "receipts are in `authpocket` below it, if it is an absolute path"},
		{"HOME", "receipts are below it without `XDG_STATE_HOME`: see [receipts](receipts.md); what `~/` means in the " +
			"path of a file"},
		{"LocalAppData", "on Windows, what receipts are below"},
		{"SSH_CONNECTION", "if it is set, `serve` prints the command that forwards its port"},
		{"HTTP_PROXY HTTPS_PROXY NO_PROXY", "the proxy for calls of authentik and PocketBase. " +
			"[Security](../SECURITY.md) says what it changes"},
		{"SSL_CERT_FILE SSL_CERT_DIR", "where the system's CAs are. `--ca-file` adds one"},
		{"AUTHPOCKET_DEMO_SOCKET", "what `authpocket-demo -public` leaves to itself when it starts anew; not for others"},
	}
}

// environmentPage returns docs/environment.md.
func environmentPage() string {
	var b strings.Builder
	b.WriteString(`# Environment variables

<!-- written by make generate -->

## In the place of flags

A flag on the command line counts more. An empty variable is none. Switches understand ` +
		"`true`, `false`, `yes` and `no`" + `.

| variable | flag | commands |
|---|---|---|
`)
	flags := flagVariables()
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		row := []string{"`" + name + "`", "`--" + flags[name].flag + "`", strings.Join(flags[name].commands, ", ")}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	section := func(title, words string, list []variable) {
		b.WriteString("\n## " + title + "\n\n" + words + "\n\n| variable | meaning |\n|---|---|\n")
		for _, v := range list {
			b.WriteString("| `" + strings.Join(strings.Fields(v.names), "`, `") + "` | " + v.meaning + " |\n")
		}
	}
	section("Secrets", "They are in no file, and not in the list of processes.", secrets())
	section("The system's", "What authpocket takes from its surroundings.", surroundings())
	return b.String()
}

// set is the flag that a variable sets, and the commands that have it.
type set struct {
	flag     string
	commands []string
}

// flagVariables returns what the variables of flags set.
func flagVariables() map[string]set {
	found := map[string]set{}
	add := func(flags *pflag.FlagSet, name string) {
		flags.VisitAll(func(f *pflag.Flag) {
			for _, variable := range f.Annotations[option.Variables] {
				found[variable] = set{f.Name, append(found[variable].commands, name)}
			}
		})
	}
	root := command.Tree()
	add(root.PersistentFlags(), "all")
	sub := root.Commands()
	slices.SortFunc(sub, func(a, b *cobra.Command) int { return strings.Compare(a.Name(), b.Name()) })
	for _, cmd := range sub {
		add(cmd.LocalNonPersistentFlags(), "`"+cmd.Name()+"`")
	}
	return found
}
