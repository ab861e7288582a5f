package docs_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"authpocket/internal/command"
)

// TestMain makes the test binary the program itself where a command of a page calls it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"authpocket": func() { os.Exit(command.Main()) }})
}

// line is a command of a page, and the output that the page shows.
type line struct {
	number int
	text   string
	output []string
}

var prompt = regexp.MustCompile(`^[a-z]*\$ +(.*)$`)

// lines returns the commands of a console block. A line that ends with a backslash goes on in the next one.
func (b block) lines() (commands []line) {
	for i, text := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		found := prompt.FindStringSubmatch(text)
		last := len(commands) - 1
		switch {
		case found != nil:
			commands = append(commands, line{number: b.line + i, text: found[1]})
		case last < 0:
			commands = append(commands, line{number: b.line + i, text: text})
		case strings.HasSuffix(commands[last].text, `\`) && commands[last].output == nil:
			commands[last].text = strings.TrimSuffix(commands[last].text, `\`) + strings.TrimSpace(text)
		default:
			commands[last].output = append(commands[last].output, text)
		}
	}
	return commands
}

// elsewhere returns the programs whose commands are not run, with the reason.
func elsewhere() map[string]string {
	return map[string]string{
		"docker": "needs a daemon", "systemctl": "needs systemd", "journalctl": "needs systemd",
		"systemd-analyze": "needs systemd", "ssh": "needs another machine", "sudo": "changes the machine",
		"git": "needs the repository's address", "go": "builds and runs for minutes", "make": "see makes",
		"export": "the test sets the variables", "source": "TestCompletionOf… of internal/command",
		"terraform": "needs providers from a registry", "kubectl": "needs a cluster", "nginx": "needs nginx",
		"caddy": "needs Caddy", "curl": "asks a server of the reader", "tar": "needs a release",
		"sha256sum": "needs a release", "brew": "needs Homebrew", "cd": "no other command follows in the same shell",
		"bin/authpocket":                          "make build makes it",
		"bin/authpocket-demo":                     "make build makes it, and its tests start it",
		"authpocket-*/authpocket":                 "unpacked from a release",
		"authpocket-1.2.3-linux-amd64/authpocket": "unpacked from a release",
	}
}

var target = regexp.MustCompile(`(?m)^([a-z][a-z /-]*):`)

// makes returns an error for a call of make with a target that there is not.
func makes(text string) error {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		return err
	}
	var targets []string
	for _, found := range target.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, strings.Fields(found[1])...)
	}
	text, _, _ = strings.Cut(text, " #")
	for _, word := range strings.Fields(text)[1:] {
		if !strings.Contains(word, "=") && !slices.Contains(targets, word) {
			return errors.New("there is no target " + word)
		}
	}
	return nil
}

// TestCommandsWork runs the commands of each page in their order, in a directory of the page's own.
func TestCommandsWork(t *testing.T) {
	ran := make(chan int, 1000)
	t.Run("page", func(t *testing.T) {
		for _, p := range written(t) {
			t.Run(strings.ReplaceAll(p.path, "/", "-"), func(t *testing.T) {
				t.Parallel()
				var r *reader
				for _, b := range p.blocks {
					if b.language == "yaml" && isLinkFile(b.text) || b.language == "console" || b.language == "cron" {
						r = cmp.Or(r, newReader(t, p))
						r.block(b)
					}
				}
				if r != nil {
					ran <- r.ran
				}
			})
		}
	})
	close(ran)
	all := 0
	for n := range ran {
		all += n
	}
	if all < 70 {
		t.Errorf("only %d commands were run", all)
	}
}

// scheduled is the command of a line in a crontab.
var scheduled = regexp.MustCompile(`(?m)^(?:[0-9*]+ ){5} *(.*)$`)

// block does what a reader does with a block: writes a link file, or runs commands.
func (r *reader) block(b block) {
	if b.language == "yaml" {
		r.write(cmp.Or(b.name, "link.yaml"), b.text)
		r.run(line{b.line, "authpocket validate -f " + cmp.Or(b.name, "link.yaml"), nil})
		return
	}
	for _, job := range scheduled.FindAllStringSubmatch(b.text, -1) {
		r.ran++
		if out, code := r.shell(r.here(job[1])); out != "" || code != 0 {
			r.t.Errorf("%s:%d: %s exits with %d and mails\n%s", r.page.path, b.line, job[1], code, out)
		}
	}
	if b.language == "cron" {
		return
	}
	for _, l := range b.lines() {
		word, _, _ := strings.Cut(l.text, " ")
		switch {
		case word == "authpocket":
			r.run(l)
		case word == "make":
			if err := makes(l.text); err != nil {
				r.t.Errorf("%s:%d: %s: %v", r.page.path, l.number, l.text, err)
			}
		case elsewhere()[word] == "":
			r.t.Errorf("%s:%d: nobody knows whether this works: %s", r.page.path, l.number, l.text)
		}
	}
}

var (
	writes        = regexp.MustCompile(`\bauthpocket (apply|undo|rotate|remove)\b|--sign-in-new|--sign-out`)
	elsewhereTold = regexp.MustCompile(`--(metrics|format|watch)\b`)
	watches       = regexp.MustCompile(`--watch\b`)
	serves        = regexp.MustCompile(`^authpocket( serve)?( --[a-z].*)?( +#.*)?$`)
)

// run runs a command, answers its question with yes, and holds it to what the page shows.
func (r *reader) run(l line) {
	r.ran++
	text := r.here(l.text)
	if writes.MatchString(text) && !strings.Contains(text, "--yes") {
		text = writes.ReplaceAllString(text, "$0 --yes")
	}
	if elsewhereTold.MatchString(text) { // it need not wait for PocketBase's log each time
		text = strings.Replace(text, "verify", "verify --quick", 1)
	}
	var out string
	var code int
	switch {
	case serves.MatchString(l.text):
		out, code = r.until(text, "#code=")
	case watches.MatchString(l.text):
		out, code = r.until(text, "\n")
	default:
		out, code = r.shell(text)
	}
	if !slices.Contains(codes(l.text), code) {
		r.t.Errorf("%s:%d: %s exits with %d\n%s", r.page.path, l.number, l.text, code, out)
	}
	if missing := notIn(r.there(out), l.output); missing != "" {
		r.t.Errorf("%s:%d: %s does not print %q, but\n%s", r.page.path, l.number, l.text, missing, r.there(out))
	}
}

// codes returns the exit codes with which a command has done what it is for.
func codes(text string) []int {
	switch strings.Fields(text + " serve")[1] {
	case "plan":
		return []int{0, 2}
	case "check-people":
		return []int{0, 3}
	}
	return []int{0}
}

// shell runs a command in the reader's directory.
func (r *reader) shell(text string) (string, int) {
	cmd := r.command(r.t.Context(), text)
	out, err := cmd.CombinedOutput()
	if failed, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		r.t.Fatalf("%s: %v", text, err)
	} else if failed != nil {
		return string(out), failed.ExitCode()
	}
	return string(out), 0
}

func (r *reader) command(ctx context.Context, text string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Dir, cmd.Env = r.dir, r.env
	return cmd
}

// until runs a command until it prints a text, and then ends it with a signal.
func (r *reader) until(text, printed string) (string, int) {
	ctx, stop := context.WithTimeout(r.t.Context(), time.Minute)
	defer stop()
	cmd := r.command(ctx, "exec "+text)
	out := &signalled{text: printed, found: func() { _ = cmd.Process.Signal(syscall.SIGTERM) }}
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Run()
	code := cmd.ProcessState.ExitCode()
	if !out.done {
		r.t.Errorf("%s: ends before it prints %q: %v", text, printed, err)
	}
	return out.all.String(), code
}

// signalled calls found when the text is printed.
type signalled struct {
	mu    sync.Mutex
	all   strings.Builder
	text  string
	found func()
	done  bool
}

func (s *signalled) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.Write(p)
	if !s.done && strings.Contains(s.all.String(), s.text) {
		s.done = true
		s.found()
	}
	return len(p), nil
}

var _ io.Writer = (*signalled)(nil)

// notIn returns the first line that the page shows and the output lacks. They stand in the same order; … stands for
// anything.
func notIn(out string, shown []string) string {
	lines := strings.Split(out, "\n")
	for _, want := range shown {
		pieces := strings.Split(strings.TrimSpace(want), "…")
		for i, piece := range pieces {
			pieces[i] = regexp.QuoteMeta(piece)
		}
		like := regexp.MustCompile("^" + strings.Join(pieces, ".*") + "$")
		at := slices.IndexFunc(lines, func(l string) bool { return like.MatchString(strings.TrimSpace(l)) })
		if at < 0 {
			return want
		}
		lines = lines[at:]
	}
	return ""
}

func TestOutputIsCompared(t *testing.T) {
	out := "+ authentik: create user\n    why: because\n3 changes to make.\n"
	for want, shown := range map[string][]string{
		"":               {"+ authentik: …", "…", "3 changes to make."},
		"2 changes":      {"2 changes"},
		"+ authentik: …": {"3 changes to make.", "+ authentik: …"},
	} {
		if got := notIn(out, shown); got != want {
			t.Errorf("%q: %q is missing, want %q", shown, got, want)
		}
	}
}

func TestCommandsAreRead(t *testing.T) {
	p := parsePage("a.md", "```console\n$ authpocket plan \\\n    -f a.yaml  # why\nNothing\nlaptop$ ssh a\nb\n```\n")
	got := p.blocks[0].lines()
	if len(got) != 2 || got[0].text != "authpocket plan -f a.yaml  # why" || got[0].number != 2 ||
		!slices.Equal(got[0].output, []string{"Nothing"}) || got[1].text != "ssh a" || got[1].number != 5 {
		t.Errorf("the commands are %+v", got)
	}
	if makes("make demo ROOT=x  # a demo") != nil || makes("make coffee") == nil {
		t.Error("targets of make are not looked up")
	}
}
