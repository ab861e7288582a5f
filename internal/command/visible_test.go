package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/sandbox"
	"authpocket/sandbox/authentiksim"
)

// forged is a line that no output may have.
const forged = "- PocketBase: delete everything"

// hostile steers terminals, and is seen by nobody.
const hostile = "evil\x1b[31mRED\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\\x1b]0;t\x07\u202e\u2066\u200b\u200d\ufeff\u00ad\u3164\u2800\ufe0f" +
	"\U000e0041\x7f\u0085\u009b2J\u2028\n" + forged + "\r\n" + forged + "\r" + forged + "\t"

// surrogates stands in the servers' names for what no string of Go can hold.
const surrogates = "zzlonezz"

// unseen finds the characters of an output that do not show, or steer.
func unseen(output string) []string {
	var found []string
	if !utf8.ValidString(output) {
		found = append(found, "broken bytes")
	}
	for _, r := range output {
		if r != '\n' && (!unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point,
			unicode.Variation_Selector) || r == '\u2800') {
			found = append(found, fmt.Sprintf("%U", r))
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(found)))
}

// hostileBox is a sandbox in which everything has a hostile name.
func hostileBox(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	box := newSandbox(t, sandbox.Config{})
	a := box.Authentik()
	a.AddGroup("group " + hostile)
	a.AddScopeMapping("mapping "+hostile, "extra", "return {}\n# "+hostile)
	person := a.AddPerson("ada-"+surrogates, "name "+hostile, "ada@evil.example", "x", nil)
	t.Setenv("PERSON", strconv.Itoa(person))
	a.AddEvent(authentiksim.Event{Action: "configuration_error", Context: map[string]any{"message": hostile +
		surrogates}})
	proxy := func(to string) string {
		target, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		p := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Set("Accept-Encoding", "identity")
		}}
		p.ModifyResponse = func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			body = bytes.ReplaceAll(body, []byte(surrogates), []byte(`\ud83d\udead\ud800`))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return err
		}
		p.ErrorLog = log.New(io.Discard, "", 0)
		srv := httptest.NewServer(p)
		t.Cleanup(srv.Close)
		return srv.URL
	}
	for name, value := range map[string]string{
		"AUTHENTIK_URL": proxy(box.AuthentikURL), "AUTHENTIK_TOKEN": box.AuthentikToken,
		"POCKETBASE_URL": proxy(box.PocketBaseURL), "POCKETBASE_TOKEN": box.PocketBaseToken,
		"AUTHPOCKET_STATE": t.TempDir(),
	} {
		t.Setenv(name, value)
	}
	return box
}

// linkFile writes a link file whose own values are hostile, too.
func linkFile(t *testing.T) string {
	t.Helper()
	const turned = "\u202eRED\u2066\u200b\u3164" // what may stand in a name there
	quoted := func(s string) string { return strconv.QuoteToASCII(s) }
	text := `authentik: {url: "${AUTHENTIK_URL}", token: "${AUTHENTIK_TOKEN}"}
pocketbase: {url: "${POCKETBASE_URL}", token: "${POCKETBASE_TOKEN}", display_name: ` + quoted("shown "+turned) + `}
application: {name: ` + quoted("app "+turned) + `,
  description: ` + quoted("about "+hostile) + `, publisher: ` + quoted(turned) + `}
provider: {scope_mappings: [` + quoted("mapping "+hostile) + `]}
access: {groups: [` + quoted("group "+hostile) + `]}
email: trust-all
`
	path := filepath.Join(t.TempDir(), "link.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Nothing that a server or a file names reaches the terminal unseen, whatever
// the command.
func TestNoNameSteersTheTerminal(t *testing.T) {
	hostileBox(t)
	file := linkFile(t)
	for _, one := range []struct {
		args  string
		code  output.Exit
		shows bool // names, one of them hostile
	}{
		{"plan -f FILE", output.ExitChanges, true},
		{"plan -f FILE --json", output.ExitChanges, true},
		{"export -f FILE blueprint", output.ExitOK, true},
		{"export -f FILE terraform", output.ExitOK, true},
		{"export -f FILE pocketbase-migration", output.ExitOK, true},
		{"export -f FILE curl", output.ExitOK, true},
		{"export -f FILE markdown", output.ExitOK, true},
		{"apply -f FILE", output.ExitError, false},
		{"--log debug apply -f FILE --yes", output.ExitOK, true},
		{"verify -f FILE --all", output.ExitFailed, true},
		{"verify -f FILE --quick --json", output.ExitFailed, true},
		{"receipts", output.ExitOK, false},
		{"receipts --json", output.ExitOK, false},
		{"rotate -f FILE --yes", output.ExitOK, true},
		{"undo -f FILE --yes --json", output.ExitError, false}, // a rotation's
		{"remove -f FILE --yes", output.ExitOK, true},
		{"undo -f FILE --yes", output.ExitOK, true},
		{"plan -f HOSTILE", output.ExitError, true},
		{"plan --log HOSTILE", output.ExitError, true},
		{"plan --HOSTILE", output.ExitError, true},
		{"receipts HOSTILE", output.ExitError, true},
		{"HOSTILE", output.ExitError, true},
		{"help HOSTILE", output.ExitError, true},
		{"completion HOSTILE", output.ExitError, true},
		{"__complete undo -f FILE 2", output.ExitOK, false},
		{"__complete verify -f FILE --person ad", output.ExitOK, false},
	} {
		var out, problems bytes.Buffer
		args := strings.Fields(one.args)
		for i := range args {
			args[i] = strings.NewReplacer("FILE", file, "HOSTILE", hostile).Replace(args[i])
		}
		code := run(t.Context(), args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &problems})
		said := out.String() + problems.String()
		if code != one.code {
			t.Errorf("%.40q ends with %d: %s", one.args, code, said)
		}
		found := unseen(strings.ReplaceAll(said, "\t", ""))
		if strings.HasPrefix(one.args, "export") { // which keeps what is blank and steers nothing
			found = slices.DeleteFunc(found,
				func(s string) bool { return slices.Contains([]string{"U+2800", "U+3164", "U+FE0F"}, s) })
		}
		if len(found) > 0 {
			t.Errorf("%.40q shows %v in\n%q", one.args, found, said)
		}
		for line := range strings.Lines(said) {
			if strings.HasPrefix(line, forged) {
				t.Errorf("%.40q has a forged line: %s", one.args, said)
			}
		}
		if one.shows != strings.Contains(said, "RED") {
			t.Errorf("%.40q shows no hostile name, or more than before: %s", one.args, said)
		}
		if strings.Contains(one.args, "--json") && !json.Valid(out.Bytes()) {
			t.Errorf("%.40q prints no JSON: %s", one.args, out.String())
		}
	}
}
