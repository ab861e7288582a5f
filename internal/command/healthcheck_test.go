//go:build linux

package command

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
)

// started starts the wizard and returns the lines of its output up to the setup code, and its port.
func started(t *testing.T, env []string, args ...string) (lines []string, port string) {
	t.Helper()
	cmd := authpocket(t, args...)
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the test's context has ended
		if _ = cmd.Wait(); !cmd.ProcessState.Success() {
			t.Errorf("it ends with %s", cmd.ProcessState)
		}
	})
	read := bufio.NewScanner(out)
	for read.Scan() && read.Text() != "" {
		lines = append(lines, read.Text())
	}
	if len(lines) == 0 {
		t.Fatal("it prints nothing")
	}
	address := strings.TrimSuffix(lines[0], "/")
	return lines, address[strings.LastIndex(address, ":")+1:]
}

func TestAWizardIsHealthyWhileItAnswers(t *testing.T) {
	_, port := started(t, nil, "--listen", "127.0.0.1:0")
	for _, listen := range []string{port, ":" + port, "0.0.0.0:" + port, "localhost:" + port} {
		if out, err := authpocket(t, "healthcheck", "--listen", listen).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v: %s", listen, err, out)
		}
	}

	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	elsewhere, silent := strings.TrimPrefix(other.URL, "http://"), closed.Addr().String()
	const todo = " Start it, or give --listen and --tls-cert the values that it has.\n"
	const value = ", which is not a host and a port. Give it the value that the wizard has, such as 127.0.0.1:8480.\n"
	for listen, want := range map[string]string{
		elsewhere: "The wizard does not answer at http://" + elsewhere +
			": what listens there answers 404 Not Found." + todo,
		silent: "The wizard does not answer at http://" + silent + ": nothing listens on that port." + todo,
		elsewhere + " --tls-cert cert.pem": "The wizard does not answer at https://" + elsewhere +
			": it does not speak https on that port." + todo,
		"nowhere": "--listen is “nowhere”" + value, "127.0.0.1:x": "--listen is “127.0.0.1:x”" + value,
	} {
		cmd := authpocket(t, append([]string{"healthcheck", "--listen"}, strings.Fields(listen)...)...)
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || string(out) != want {
			t.Errorf("%s ends with %d: %s", listen, cmd.ProcessState.ExitCode(), out)
		}
	}
}

func TestOverSSHItSaysHowToOpenIt(t *testing.T) {
	env := []string{"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"}
	lines, port := started(t, env, "--listen", "127.0.0.1:0")
	if want := "ssh -N -L " + port + ":127.0.0.1:" + port + " "; !strings.Contains(strings.Join(lines, "\n"), want) {
		t.Errorf("it does not print %q: %q", want, lines)
	}
	for name, args := range map[string][]string{
		"not over SSH": {"--listen", "127.0.0.1:0"},
		"a proxy": {"--listen", "127.0.0.1:0", "--trusted-proxy", "192.0.2.9",
			"--public-url", "https://wizard.example"},
	} {
		if name == "not over SSH" {
			lines, _ = started(t, nil, args...)
		} else {
			lines, _ = started(t, env, args...)
		}
		if len(lines) != 1 {
			t.Errorf("%s: %q", name, lines)
		}
	}
}
