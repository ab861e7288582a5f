package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// oddSecret is a client secret and a token that mean something to a shell.
const oddSecret = `a"b\c'd$(touch pwned)` + "`touch pwned`" + `${HOME} e`

// stubCurl takes curl's place: it keeps the arguments and the standard input
// of each call in files, and answers as both systems would.
const stubCurl = `curl() {
    n=0
    while [ -e "$STUB/$n.args" ]; do n=$((n + 1)); done
    for a in "$@"; do printf '%s\0' "$a"; done > "$STUB/$n.args"
    cat > "$STUB/$n.input"
    printf '{"users":[{"pk":1}],"applied":true,"pk":"made-%s",
"items":[{"id":"x","updated":"2026-11-20 10:00:00.000Z"}]}\n200' "$n"
}
`

// readRuns runs the scripts with a real shell and returns the calls they made.
func readRuns(t *testing.T, scripts []string) []any {
	bin := toolsOnly(t)
	runs := make([]any, len(scripts))
	for i, s := range scripts {
		calls, err := runScript(t, "sh", bin, s)
		if err != nil {
			t.Fatalf("running an export: %v\n%s", err, s)
		}
		runs[i] = calls
	}
	return runs
}

// toolsOnly is a directory with the tools that the script uses and no others:
// what a value would run besides is not found.
func toolsOnly(t testing.TB) string {
	bin := t.TempDir()
	for _, tool := range []string{"awk", "cat", "sed", "tr"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

func runScript(t testing.TB, shell, bin, script string) (any, error) {
	dir, stub := t.TempDir(), t.TempDir()
	file := filepath.Join(stub, "script")
	if err := os.WriteFile(file, []byte(stubCurl+script), 0o600); err != nil {
		return nil, err
	}
	path, err := exec.LookPath(shell)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(t.Context(), path, file)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin, "STUB=" + stub, "AUTHENTIK_TOKEN=" + oddSecret, "POCKETBASE_TOKEN=" + oddSecret,
		secretVariable + "=" + oddSecret}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		return nil, fmt.Errorf("%w: %s", err, &stderr)
	}
	if said := stdout.String(); !strings.HasPrefix(said, "Done: ") || strings.Count(said, "\n") != 1 {
		return nil, fmt.Errorf("it printed %q", said)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		return nil, fmt.Errorf("it left files behind: %v, %w", left, err)
	}
	return readCalls(stub)
}

func readCalls(stub string) (any, error) {
	var calls []any
	for n := 0; ; n++ {
		raw, err := os.ReadFile(filepath.Join(stub, strconv.Itoa(n)+".args"))
		if os.IsNotExist(err) {
			return calls, nil
		}
		if err != nil {
			return nil, err
		}
		input, err := os.ReadFile(filepath.Join(stub, strconv.Itoa(n)+".input"))
		if err != nil {
			return nil, err
		}
		call, err := readCall(strings.Split(strings.TrimSuffix(string(raw), "\x00"), "\x00"), string(input))
		if err != nil {
			return nil, err
		}
		calls = append(calls, call)
	}
}

// readCall reads what curl was given. Its configuration has two options, each
// on a line, between double quotes.
func readCall(args []string, configuration string) (any, error) {
	call := map[string]any{"args": toAny(args)}
	for line := range strings.Lines(configuration) {
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		if !found || len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
			return nil, fmt.Errorf("curl's configuration has the line %q", line)
		}
		text, err := unescape(value[1 : len(value)-1])
		if err != nil {
			return nil, err
		}
		if name != "data-binary" {
			call[name] = text
			continue
		}
		var body any
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			return nil, fmt.Errorf("the body %s: %w", text, err)
		}
		call["body"] = body
	}
	if want := "Authorization: "; !strings.HasPrefix(call["header"].(string), want) ||
		!strings.HasSuffix(call["header"].(string), oddSecret) {
		return nil, fmt.Errorf("the header is %q", call["header"])
	}
	return call, nil
}

func unescape(s string) (string, error) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			return "", fmt.Errorf("an option of curl ends early: %q", s)
		case '\\':
			if i++; i == len(s) || s[i] != '"' && s[i] != '\\' {
				return "", fmt.Errorf("an escape that is none: %q", s)
			}
		}
		out.WriteByte(s[i])
	}
	return out.String(), nil
}

func toAny(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
