package faults_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"authpocket/test/programs"
)

// binary returns the path of authpocket, built once for all tests that kill it.
type binary struct{ path string }

func buildBinary(t testing.TB) binary {
	t.Helper()
	b, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// build builds the binary beside the tests' temporary directory, once for all tests.
var build = sync.OnceValues(func() (binary, error) {
	path := filepath.Join(filepath.Dir(os.TempDir()), "authpocket")
	if dir := os.Getenv("AUTHPOCKET_PROGRAMS"); dir != "" {
		return binary{filepath.Join(dir, "authpocket")}, nil
	}
	if err := programs.BuildAt(context.Background(), "authpocket", path); err != nil {
		return binary{}, err
	}
	return binary{path}, nil
})

// process is a run of the binary that can be killed during a call.
type process struct {
	cmd  *exec.Cmd
	dead chan struct{} // closed when it has ended
	out  bytes.Buffer
	kill context.CancelFunc
}

// run runs the binary to its end. kill, if not nil, is set to a fault that kills
// the process with SIGKILL at its call.
func (b binary) run(l *lab, command, linkFile string, kill *fault, at call) (output string, code int, err error) {
	args := append(strings.Fields(command), "-f", linkFile)
	if command != "plan" && command != "verify" {
		args = append(args, "--yes")
	}
	return b.do(l, args, func(p *process) func(call) *fault { return p.killing(kill, at) })
}

// do runs the binary to its end, with the faults of its calls.
func (b binary) do(l *lab, args []string, disturb func(*process) func(call) *fault) (output string, code int,
	err error) {
	p := &process{dead: make(chan struct{})}
	ctx, cancel := context.WithCancel(l.t.Context())
	defer cancel()
	p.kill = cancel
	p.cmd = exec.CommandContext(ctx, b.path, append(args, "--state", l.state())...)
	p.cmd.Env = []string{"HOME=" + l.dir, "PATH=" + os.Getenv("PATH"), "AUTHENTIK_TOKEN=" + l.token,
		"POCKETBASE_TOKEN=" + l.pocketbase.Token()}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	for _, proxy := range []*proxy{l.authentik, l.pb} {
		proxy.next(disturb(p))
	}
	if err := p.cmd.Start(); err != nil {
		return "", 0, err
	}
	err = p.cmd.Wait()
	close(p.dead)
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return "", 0, err
	}
	return p.out.String(), p.cmd.ProcessState.ExitCode(), nil
}

func (p *process) killing(kill *fault, at call) func(call) *fault {
	if kill == nil {
		return nil
	}
	f := *kill
	f.answer = func(http.ResponseWriter, spoilt) {
		p.kill()
		<-p.dead
	}
	return func(c call) *fault {
		if c != at {
			return nil
		}
		return &f
	}
}

// linkFiles writes the two specs of the scenarios as link files.
func (l *lab) linkFiles() (newLink, changedLink string) {
	l.t.Helper()
	const both = `authentik:
  url: %s
  token: ${AUTHENTIK_TOKEN}
pocketbase:
  url: %s
  token: ${POCKETBASE_TOKEN}
  show_controls: true
`
	head := fmt.Sprintf(both, l.authentikURL, l.pocketbaseURL)
	newLink, changedLink = filepath.Join(l.dir, "new.yaml"), filepath.Join(l.dir, "changed.yaml")
	l.must(os.WriteFile(newLink, []byte(head+`  create_rule: '@request.context = "oauth2"'
email: trust-all
access: {groups: [staff]}
`), 0o600))
	l.must(os.WriteFile(changedLink, []byte(head+`  display_name: Company
  map_name: ""
  map_avatar: avatar
  create_rule: ""
  auth_rule: verified = true
email: trust-attribute
access: {groups: [staff, admins], users: [ada]}
application: {name: Shop, group: Tools, description: Where we sell.}
provider:
  client_id: shop-client
  client_secret: the-secret-that-an-admin-chose-0123456789
  access_token_validity: hours=2
  redirect_uris: [`+l.pocketbaseURL+`/api/oauth2-redirect, "myapp://redirect"]
  groups_claim: bound
`), 0o600))
	return newLink, changedLink
}

// leaks reports whether printed text contains a secret.
func leaks(text string, secrets []string) error {
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			return fmt.Errorf("a secret was printed: %.12s…", secret)
		}
	}
	return nil
}
