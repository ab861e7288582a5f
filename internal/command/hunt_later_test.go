package command

import (
	"bytes"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"authpocket/sandbox"
)

// later is what is done with a link that stands: tests of a sign-in, a new
// client secret, undoing and removing. It adds the secrets that each
// makes.
func (h *hunt) later(box *sandbox.Sandbox) {
	h.t.Helper()
	h.get("/signin?way=callback")
	h.apply(h.get("/signin/address"))
	form := url.Values{"way": {"callback"}, "person": {box.Person.Username}}
	h.signIn(box, "the code of a test", h.post("/signin", form))
	invited := h.post("/signin/invite", form)
	try := regexp.MustCompile(`/try/[A-Z0-9]+`).Find(invited)
	if try == nil {
		h.t.Fatalf("there is no link for somebody else: %s", mainOf(invited))
	}
	h.shown = append(h.shown, strings.TrimPrefix(string(try), "/try/"))
	h.get(string(try))
	h.signIn(box, "the code of somebody else's test", h.post(string(try), nil))
	h.apply(h.get("/signin/address/remove"))
	h.get("/signin")
	h.undo()
	h.send(h.get("/settings"), "/settings", url.Values{"email": {"trust-all"}})
	h.apply(h.get("/rotate"))
	h.secrets["the new client secret"] = clientSecret(h.t, box)
	if h.secrets["the new client secret"] == h.secrets["the client secret"] {
		h.t.Error("there is no new client secret")
	}
	h.apply(h.get("/rotate/back"))
	h.get("/receipts")
	h.apply(h.get("/remove"))
}

// apply presses the button of a review and waits for the end.
func (h *hunt) apply(review []byte) {
	h.t.Helper()
	if !bytes.Contains(review, []byte(`name="plan"`)) {
		h.t.Fatalf("there is no review: %s", mainOf(review))
	}
	job := h.send(review, "/apply", nil)
	at := regexp.MustCompile(`/apply/[^"/]+/events`).Find(job)
	if at == nil {
		h.t.Fatalf("the apply did not begin: %s", mainOf(job))
	}
	h.get(string(at))
	if done := h.get(strings.TrimSuffix(string(at), "/events")); !bytes.Contains(done, []byte(`class="note good"`)) {
		h.t.Errorf("the changes were not made: %s", mainOf(done))
	}
}

// undo takes the newest change of the link back.
func (h *hunt) undo() {
	h.t.Helper()
	for _, found := range regexp.MustCompile(`href="(/receipts/[^"/]+)"`).FindAllSubmatch(h.get("/receipts"), -1) {
		at := string(found[1])
		h.get(at)
		if review := h.get(at + "/undo"); bytes.Contains(review, []byte(`name="plan"`)) {
			h.apply(review)
			return
		}
	}
	h.t.Error("there is nothing to undo")
}

// signIn does what a person does who opens authentik from the page of a test.
func (h *hunt) signIn(box *sandbox.Sandbox, what string, page []byte) {
	h.t.Helper()
	events := regexp.MustCompile(`"(/(?:signin|try)/[^"/]+)/events`).FindSubmatch(page)
	address := linkTo(page, "Open authentik")
	if address == "" || events == nil {
		h.t.Fatalf("the test did not begin: %s", mainOf(page))
	}
	back := h.atAuthentik(box, address)
	h.secrets[what] = back.Query().Get("code")
	h.get(back.RequestURI())
	h.get(string(events[1]) + "/events")
	if done := h.get(string(events[1])); !bytes.Contains(done, []byte("Sign-in works")) &&
		!bytes.Contains(done, []byte("It worked")) {
		h.t.Errorf("the sign-in does not work: %s", mainOf(done))
	}
}

// atAuthentik signs in and returns where authentik then leads to.
func (h *hunt) atAuthentik(box *sandbox.Sandbox, address string) *url.URL {
	h.t.Helper()
	jar, _ := cookiejar.New(nil)
	var arrived *url.URL
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), h.base) {
			arrived = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	login, err := client.Get(address)
	if err != nil {
		h.t.Fatal(err)
	}
	login.Body.Close()
	back, err := client.PostForm(login.Request.URL.String(), url.Values{"username": {box.Person.Username},
		"password": {box.Person.Password}})
	if err != nil {
		h.t.Fatal(err)
	}
	back.Body.Close()
	if arrived == nil || arrived.Query().Get("code") == "" {
		h.t.Fatalf("authentik leads to %v", arrived)
	}
	return arrived
}

// linkTo is where the link with that text leads, empty for none.
func linkTo(page []byte, label string) string {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return ""
	}
	for n := range doc.Descendants() {
		if n.Data == "a" && n.FirstChild != nil && strings.TrimSpace(n.FirstChild.Data) == label {
			return attribute(n, "href")
		}
	}
	return ""
}

func mainOf(page []byte) []byte { return page[max(0, bytes.Index(page, []byte("<main"))):] }
