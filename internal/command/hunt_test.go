package command

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/net/html"

	"authpocket/internal/command/output"
	"authpocket/sandbox"
	"authpocket/test/testkey"
)

// hunt is a run of the whole program with secrets that are looked for
// everywhere afterwards.
type hunt struct {
	t       *testing.T
	base    string
	http    *http.Client
	secrets map[string]string
	shown   []string          // secrets that are shown on purpose, but not logged or kept
	places  map[string][]byte // what the program said, by where
}

// growing is output that is read while it is written.
type growing struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, err := g.text.Write(p)
	select {
	case g.more <- struct{}{}:
	default:
	}
	return n, err
}

func (g *growing) bytes() []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	return bytes.Clone(g.text.Bytes())
}

// find waits until the output matches.
func (g *growing) find(pattern string) string {
	for {
		if found := regexp.MustCompile(pattern).FindSubmatch(g.bytes()); found != nil {
			return string(found[1])
		}
		<-g.more
	}
}

// get and post keep every answer whole.
func (h *hunt) get(path string) []byte { return h.ask(http.MethodGet, path, nil) }

func (h *hunt) post(path string, form url.Values) []byte { return h.ask(http.MethodPost, path, form) }

func (h *hunt) ask(method, path string, form url.Values) []byte {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := h.http.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	var head bytes.Buffer
	_ = res.Header.Write(&head)
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	h.places[fmt.Sprintf("%s %s, answer %d", method, path, len(h.places))] = append(head.Bytes(), body...)
	return body
}

// send fills in the form of a page that leads to path.
func (h *hunt) send(page []byte, path string, changes url.Values) []byte {
	h.t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		h.t.Fatal(err)
	}
	values := url.Values{}
	for n := range doc.Descendants() {
		if n.Data == "form" && attribute(n, "action") == path {
			for input := range n.Descendants() {
				take(values, input)
			}
		}
	}
	for name, v := range changes {
		values[name] = v
	}
	return h.post(path, values)
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func take(values url.Values, n *html.Node) {
	name, kind := attribute(n, "name"), attribute(n, "type")
	if n.Data == "textarea" && n.FirstChild != nil {
		values.Set(name, n.FirstChild.Data)
	}
	if name == "" || n.Data != "input" && n.Data != "select" {
		return
	}
	checked := false
	for _, a := range n.Attr {
		checked = checked || a.Key == "checked"
	}
	if n.Data == "input" && (kind != "radio" && kind != "checkbox" || checked) && kind != "file" {
		values.Add(name, attribute(n, "value"))
	}
	for o := range n.Descendants() {
		for _, a := range o.Attr {
			if n.Data == "select" && a.Key == "selected" {
				values.Set(name, attribute(o, "value"))
			}
		}
	}
}

// forms are the ways in which a secret may have been written.
func forms(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	list := map[string]string{
		"plain": secret, "JSON": strings.Trim(string(quoted), `"`), "URL": url.QueryEscape(secret),
		"path": url.PathEscape(secret),
		"hex":  hex.EncodeToString([]byte(secret)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(secret))),
	}
	for shift := range 3 { // where it begins within a group of three bytes
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding,
			"base64url": base64.RawURLEncoding} {
			whole := encoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			list[fmt.Sprint(name, shift)] = whole[2*shift : len(whole)-4]
		}
	}
	return list
}

func (h *hunt) search() {
	h.t.Helper()
	for place, content := range h.places {
		for what, secret := range h.secrets {
			for form, text := range forms(secret) {
				if bytes.Contains(content, []byte(text)) {
					h.t.Errorf("%s holds %s (%s)", place, what, form)
				}
			}
		}
	}
}

// files takes over every file below a directory.
func (h *hunt) files(dir string) int {
	h.t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		h.places["the file "+path] = append([]byte(path), content...)
		n++
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// connect goes to the review page.
func (h *hunt) connect(box *sandbox.Sandbox) {
	h.get("/authentik")
	h.post("/authentik", url.Values{"authentik.url": {"http://127.0.0.1:1"}, "authentik.token": {box.AuthentikToken}})
	h.post("/authentik", url.Values{"authentik.url": {box.AuthentikURL}, "authentik.token": {box.AuthentikToken}})
	h.post("/pocketbase", url.Values{"pocketbase.url": {"http://[::1"}, "pocketbase.with": {"password"},
		"pocketbase.email": {box.SuperuserEmail}, "pocketbase.password": {box.SuperuserPassword}})
	h.post("/pocketbase", url.Values{"pocketbase.url": {box.PocketBaseURL}, "pocketbase.with": {"token"},
		"pocketbase.token": {box.PocketBaseToken}})
	h.post("/pocketbase", url.Values{"pocketbase.url": {box.PocketBaseURL}, "pocketbase.with": {"password"},
		"pocketbase.email": {box.SuperuserEmail}, "pocketbase.password": {box.SuperuserPassword}})
	h.get("/pocketbase")
	h.send(h.get("/settings"), "/settings", url.Values{"email": {"trust-all"}})
}

// through links both systems and checks the link.
func (h *hunt) through(box *sandbox.Sandbox) {
	h.connect(box)
	review := h.get("/review")
	if !bytes.Contains(review, []byte(`name="plan"`)) {
		h.t.Fatalf("there is no review: %s", review[max(0, bytes.Index(review, []byte("<main"))):])
	}
	job := string(h.send(review, "/apply", nil))
	at := regexp.MustCompile(`/apply/[^"/]+/events`).FindString(job)
	if at == "" {
		h.t.Fatalf("the apply did not begin: %s", job[max(0, strings.Index(job, "<main")):])
	}
	h.get(at)
	h.get(strings.TrimSuffix(at, "/events"))
	h.post("/verify", nil)
	h.get("/verify/events")
	if !bytes.Contains(h.get("/verify"), []byte("stands in the way")) {
		h.t.Error("the link does not work")
	}
	h.get("/done")
	h.get("/receipts")
	h.get("/rotate")
	h.get("/remove")
	h.get("/nowhere?token=x")
}

// clientSecret is what the run made, as authentik tells it.
func clientSecret(t *testing.T, box *sandbox.Sandbox) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, box.AuthentikURL+"/api/v3/providers/oauth2/",
		nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+box.AuthentikToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var list struct {
		Results []struct {
			Secret string `json:"client_secret"`
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil || len(list.Results) == 0 ||
		list.Results[0].Secret == "" {
		t.Fatalf("authentik tells no client secret: %v, %v", list, err)
	}
	return list.Results[0].Secret
}

// none reports whether nothing was found.
func none(found map[string]int) bool {
	for _, n := range found {
		if n > 0 {
			return false
		}
	}
	return true
}

func TestNoSecretLeaves(t *testing.T) {
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	home := t.TempDir()
	cmd := authpocket(t, "serve", "--listen", "127.0.0.1:0", "--log", "debug", "--state", filepath.Join(home, "state"))
	// Freed memory is overwritten, so that the scan finds what is held.
	cmd.Args[0] = readable
	cmd.Env = append(cmd.Env, "HOME="+home, "TMPDIR="+home, "GOGC=5", "GODEBUG=clobberfree=1", "HTTP_PROXY=",
		"http_proxy=")
	out, log := &growing{more: make(chan struct{}, 1)}, &growing{more: make(chan struct{}, 1)}
	cmd.Stdout, cmd.Stderr = out, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	h := &hunt{t: t, base: strings.TrimSuffix(out.find(`ready: (\S+)/\n`), "/"), http: &http.Client{Jar: jar},
		places: map[string][]byte{}, secrets: map[string]string{
			"authentik's token": box.AuthentikToken, "PocketBase's token": box.PocketBaseToken,
			"PocketBase's password": box.SuperuserPassword,
		}}
	h.shown = []string{out.find(`#code=(\w+)\n`)}
	h.post("/door", url.Values{"code": {h.shown[0]}})
	h.through(box)
	h.secrets["the client secret"] = clientSecret(t, box)
	h.later(box)
	held := inMemory(t, cmd.Process.Pid, h.secrets)
	if held["authentik's token"] == 0 {
		t.Error("the scan of the memory does not find what is there")
	}
	h.post("/forget", nil)
	var left map[string]int
	for range 5 { // requests make garbage, which makes collections: some take more of them
		for range 1000 {
			h.http.CloseIdleConnections()
			h.get("/nowhere")
		}
		if left = inMemory(t, cmd.Process.Pid, h.secrets); none(left) {
			break
		}
	}
	t.Logf("copies in memory before forgetting: %v, after: %v", held, left)
	for what, n := range left {
		if n > 0 {
			t.Errorf("after forgetting, %d copies of %s are in memory", n, what)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	h.places["stdout"], h.places["stderr"] = out.bytes(), log.bytes()
	if n := h.files(home); n == 0 {
		t.Error("there is no receipt to look at")
	}
	for place, content := range h.places {
		for _, one := range h.shown {
			if (place == "stderr" || strings.HasPrefix(place, "the file ")) && bytes.Contains(content, []byte(one)) {
				t.Errorf("%s holds a setup code or a link for somebody else", place)
			}
		}
	}
	h.exports(box, home)
	h.search()
	if !bytes.Contains(log.bytes(), []byte("level=DEBUG")) && !bytes.Contains(log.bytes(), []byte("level=INFO")) {
		t.Errorf("nothing was logged: %s", log.bytes())
	}
}

// exports writes each format by the command line.
func (h *hunt) exports(box *sandbox.Sandbox, dir string) {
	file := filepath.Join(dir, "link.yaml")
	link := "authentik:\n  url: ${AUTHENTIK_URL}\n  token: ${AUTHENTIK_TOKEN}\npocketbase:\n  url: " +
		"${POCKETBASE_URL}\n  token: ${POCKETBASE_TOKEN}\nemail: trust-all\n"
	if err := os.WriteFile(file, []byte(link), 0o600); err != nil {
		h.t.Fatal(err)
	}
	saved := filepath.Join(dir, "link.plan")
	for _, format := range []string{"blueprint", "terraform", "pocketbase-migration", "curl", "markdown", "plan"} {
		cmd := authpocket(h.t, "--log", "debug", "export", format, "-f", file)
		if format == "plan" {
			cmd = authpocket(h.t, "--log", "debug", "plan", "--out", saved, "-f", file)
		}
		cmd.Env = append(cmd.Env, "AUTHENTIK_URL="+box.AuthentikURL, "AUTHENTIK_TOKEN="+box.AuthentikToken,
			"POCKETBASE_URL="+box.PocketBaseURL, "POCKETBASE_TOKEN="+box.PocketBaseToken)
		text, err := cmd.CombinedOutput()
		if err != nil && cmd.ProcessState.ExitCode() != int(output.ExitChanges) {
			h.t.Errorf("exporting %s: %v: %s", format, err, text)
		}
		h.places["the export "+format] = text
	}
	text, err := os.ReadFile(saved)
	if err != nil {
		h.t.Fatal(err)
	}
	h.places["the saved plan"] = text
}
