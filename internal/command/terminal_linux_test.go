package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// openTerminal returns the two ends of a new terminal: the keyboard and screen, and the program's side.
func openTerminal(t *testing.T) (user, program *os.File) {
	t.Helper()
	// Not blocking, so that a read can have a deadline.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	user = os.NewFile(uintptr(fd), "/dev/ptmx")
	t.Cleanup(func() { _ = user.Close() })
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return user, program
}

func echoes(t *testing.T, terminal *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// asked runs verify --sign-in at a terminal until it asks for the password. Nothing is at the addresses of the link, so
// that the program ends after that.
func asked(t *testing.T) (user, program *os.File, screen *bytes.Buffer, wait func() error, signal func(os.Signal)) {
	t.Helper()
	user, program = openTerminal(t)
	file := filepath.Join(t.TempDir(), "link.yaml")
	if err := os.WriteFile(file, []byte("authentik: {url: 'http://127.0.0.1:1', token: '${AUTHENTIK_TOKEN}'}\n"+
		"pocketbase: {url: 'http://127.0.0.1:1', token: '${POCKETBASE_TOKEN}'}\nemail: leave\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := authpocket(t, "verify", "-f", file, "--sign-in", "ada")
	cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN=a", "POCKETBASE_TOKEN=b")
	screen = &bytes.Buffer{}
	shown, said := outputs(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	for range 500 {
		if !echoes(t, program) {
			wait = func() error {
				err := cmd.Wait()
				_ = said.Close()
				_, _ = io.Copy(screen, shown.from) // ends with an error, since the other side is closed
				return err
			}
			return user, program, screen, wait, func(s os.Signal) { _ = cmd.Process.Signal(s) }
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the program did not ask")
	return
}

func TestAPasswordIsTypedUnseen(t *testing.T) {
	user, program, screen, wait, _ := asked(t)
	if _, err := user.WriteString("correct horse\n"); err != nil {
		t.Fatal(err)
	}
	if err := wait(); err == nil {
		t.Error("that nothing answers is no error")
	}
	said := screen.String()
	if !strings.Contains(said, "Password of ada at authentik: \n") || !strings.Contains(said, "127.0.0.1:1") ||
		strings.Contains(said, "horse") {
		t.Errorf("the screen shows %q", said)
	}
	if !echoes(t, program) {
		t.Error("the terminal still hides what is typed")
	}
}

// Nobody types a password for a link file that is not there.
func TestLinkFilesAreReadBeforePasswords(t *testing.T) {
	for _, args := range [][]string{{"verify"}, {"apply"}, {"apply", "no.plan"}} {
		_, program := openTerminal(t)
		cmd := authpocket(t, append(args, "-f", "nowhere.yaml", "--sign-in", "ada")...)
		var said bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = program, &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waits := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }) // for a password
		if err := cmd.Wait(); err == nil {
			t.Errorf("%v is no error", args)
		}
		waits.Stop()
		if strings.Contains(said.String(), "Password") {
			t.Errorf("%v: %s", args, said.String())
		}
	}
}

func TestASignalPutsTheTerminalBack(t *testing.T) {
	_, program, screen, wait, signal := asked(t)
	signal(os.Interrupt)
	if err := wait(); err == nil {
		t.Error("an interrupted program succeeds")
	}
	if !echoes(t, program) {
		t.Errorf("the terminal still hides what is typed; the screen shows %q", screen.String())
	}
}

// Messages wrap between words, on standard error as on standard output.
func TestMessagesFitANarrowTerminal(t *testing.T) {
	const narrow = 50
	for _, args := range [][]string{{"validate", "-f", "nowhere.yaml"}, {"plann"}, {"apply", "--parallel", "many"}} {
		user, program := openTerminal(t)
		size := &unix.Winsize{Row: 40, Col: narrow}
		if err := unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, size); err != nil {
			t.Fatal(err)
		}
		cmd := authpocket(t, args...)
		cmd.Env = append(cmd.Env, "TERM=xterm-256color", "NO_COLOR=1")
		cmd.Stderr = program
		if err := cmd.Run(); err == nil {
			t.Errorf("%v is no error", args)
		}
		_ = program.Close()
		shown, _ := io.ReadAll(user) // ends with an error when the other side is closed
		lines := strings.Split(strings.TrimRight(string(shown), "\r\n"), "\r\n")
		if len(lines) < 2 {
			t.Errorf("%v says %q, which is not wrapped", args, shown)
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > narrow {
				t.Errorf("%v says %q, which has more than %d columns", args, line, narrow)
			}
		}
	}
}

// The end of the input is no answer to a question for a password, and the terminal shows again what is typed.
func TestTheEndOfTheInputIsNoPassword(t *testing.T) {
	user, program, screen, wait, signal := asked(t)
	late := time.AfterFunc(10*time.Second, func() { signal(os.Kill) })
	defer late.Stop()
	if _, err := user.WriteString("\x04"); err != nil { // Ctrl-D
		t.Fatal(err)
	}
	if err := wait(); exitCode(err) != 1 {
		t.Errorf("it ends with %v", err)
	}
	const want = "Password of ada at authentik: \nNo password was typed. Type it, or use --password-file.\n"
	if screen.String() != want {
		t.Errorf("the screen shows %q", screen.String())
	}
	if !echoes(t, program) {
		t.Error("the terminal still hides what is typed")
	}
}

// init asks for a token once more where one does not work, but not at the end of the input.
func TestTheEndOfTheInputIsNoToken(t *testing.T) {
	user, terminal := openTerminal(t)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	screen, said := outputs(t)
	cmd := authpocket(t, "init", "-o", "-", "--authentik", "http://127.0.0.1:1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	screen.press(ctx, t, user, terminal, "API token of authentik (not stored): ", "\x04")
	if err := cmd.Wait(); exitCode(err) != 1 {
		t.Errorf("it ends with %v", err)
	}
	screen.wait(ctx, t, "\nThere was no answer, so nothing was written.\n")
	if !echoes(t, terminal) {
		t.Error("the terminal still hides what is typed")
	}
}

// exitCode returns that of a program that ended with an error, -1 for any other end.
func exitCode(err error) int {
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return ended.ExitCode()
	}
	return -1
}
