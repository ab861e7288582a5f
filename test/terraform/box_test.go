package terraform_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const (
	repository = "../.."
	exported   = "authentik.tf"
	// secret is what a person has in TF_VAR_pocketbase_client_secret.
	secret = `a client secret with "quotes", a ${dollar}, a %{percent} and a \`
)

// programs are the two programs, built once for all tests.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "authpocket-terraform-")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", dir+"/", "./cmd/authpocket", "./cmd/authpocket-demo")
	cmd.Dir = repository
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("building the programs: %w\n%s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := programs(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// box is a real PocketBase and a simulated authentik, with the command.
type box struct {
	t   *testing.T
	dir string
	env map[string]string
	tool
}

func newBox(t *testing.T) *box {
	t.Helper()
	b := &box{t: t, dir: t.TempDir(), env: map[string]string{}, tool: findTool(t)}
	built, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(built, "authpocket-demo"), "-tokens", "-listen", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	for len(b.env) < 4 && lines.Scan() {
		if exports, found := strings.CutPrefix(strings.TrimSpace(lines.Text()), "export "); found {
			for one := range strings.FieldsSeq(exports) {
				name, value, _ := strings.Cut(one, "=")
				b.env[name] = value
			}
		}
	}
	if len(b.env) < 4 {
		t.Fatalf("the demo has printed only %v", b.env)
	}
	b.env["AUTHENTIK_DOLLAR"] = "$" // link files take ${ for a variable
	b.env["TF_VAR_pocketbase_client_secret"] = secret
	b.env["AUTHPOCKET_STATE"] = filepath.Join(b.dir, "state")
	return b
}

func (b *box) environment() []string {
	var list []string
	for name, value := range b.env {
		list = append(list, name+"="+value)
	}
	return list
}

// file writes a link file. Its first lines are those of the two systems.
func (b *box) file(name, rest string) string {
	b.t.Helper()
	text := "authentik: {url: '${AUTHENTIK_URL}', token: '${AUTHENTIK_TOKEN}'}\n" + rest
	if !strings.Contains(rest, "pocketbase:") {
		text += "pocketbase: {url: '${POCKETBASE_URL}', token: '${POCKETBASE_TOKEN}'}\n"
	}
	return b.write(name, text)
}

func (b *box) write(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// authpocket runs the command, which has to end with one of these exit codes, and returns what it prints.
func (b *box) authpocket(codes []int, args ...string) string {
	b.t.Helper()
	built, err := programs()
	if err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.CommandContext(b.t.Context(), filepath.Join(built, "authpocket"), args...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), b.environment()...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil || !slices.Contains(codes, cmd.ProcessState.ExitCode()) {
		b.t.Fatalf("authpocket %s: %v, want the exit code %v\n%s%s", strings.Join(args, " "), err, codes, out.String(),
			errs.String())
	}
	return out.String()
}

// done runs a command that has to succeed.
func (b *box) done(command string, args ...string) {
	b.t.Helper()
	b.authpocket([]int{0}, append([]string{command}, args...)...)
}

// verify fails the test where a check of authentik fails. Those of PocketBase may: it refuses people without an
// address.
func (b *box) verify(link ...string) {
	b.t.Helper()
	var result struct {
		Checks []struct {
			System   string `json:"system"`
			Status   string `json:"status"`
			Title    string `json:"title"`
			Evidence string `json:"evidence"`
		} `json:"checks"`
	}
	out := b.authpocket([]int{0, 3}, append([]string{"verify", "--json"}, link...)...)
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		b.t.Fatal(err)
	}
	passed := 0
	for _, c := range result.Checks {
		if c.Status == "pass" {
			passed++
		}
		if c.System == "authentik" && c.Status == "fail" {
			b.t.Errorf("%s: %s", c.Title, c.Evidence)
		}
	}
	if passed < 20 {
		b.t.Errorf("only %d checks pass:\n%s", passed, out)
	}
}

// remaining returns the systems that a plan would still change.
func (b *box) remaining(link ...string) map[string]int {
	b.t.Helper()
	var plan struct {
		Changes []struct {
			System string `json:"system"`
		} `json:"changes"`
	}
	out := b.authpocket([]int{2}, append([]string{"plan", "--json"}, link...)...)
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		b.t.Fatal(err)
	}
	systems := map[string]int{}
	for _, c := range plan.Changes {
		systems[c.System]++
	}
	return systems
}

// export writes the Terraform export of a link into a directory of its own, and checks it.
func (b *box) export(link ...string) configuration {
	b.t.Helper()
	c := configuration{t: b.t, dir: b.t.TempDir(), tool: b.tool, env: b.environment()}
	b.done("export", append(link[:len(link):len(link)], "terraform", "--out", filepath.Join(c.dir, exported))...)
	c.start()
	return c
}

// api calls authentik's API.
func (b *box) api(method, path string, body any) map[string]any {
	b.t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.env["AUTHENTIK_URL"]+"/api/v3"+path, sent)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.env["AUTHENTIK_TOKEN"])
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		b.t.Fatalf("%s %s: %d, %v: %s", method, path, res.StatusCode, err, text)
	}
	var answer map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer); err != nil {
			b.t.Fatal(err)
		}
	}
	return answer
}

// first returns the first object of a list.
func (b *box) first(path string) map[string]any {
	b.t.Helper()
	list := b.api("GET", path, nil)["results"].([]any)
	if len(list) == 0 {
		b.t.Fatalf("%s is empty", path)
	}
	return list[0].(map[string]any)
}
