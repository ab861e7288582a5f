package web

import (
	"net/url"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"authpocket/sandbox/authentiksim"
)

// hostile steers terminals and pages, and is seen by nobody.
const hostile = "evil\x1b[31mRED\x07\u202e\u2066\u200b\u200d\ufeff\u00ad\u3164\u2800\ufe0f\U000e0041\x7f\u0085\u009b\u2028\revent: done\r\n<i>שלום</i>"

// looked holds what is between the tags of a page to what can be seen, and
// reports whether it shows a hostile name.
func looked(t *testing.T, where, text string) bool {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != html.TextNode || n.Parent.Data == "textarea" {
			continue
		}
		for _, r := range n.Data {
			if r == '\n' || r == '\t' {
				continue
			}
			if !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point,
				unicode.Variation_Selector) || r == '\u2800' {
				t.Errorf("%s shows %U in %q", where, r, n.Data)
			}
		}
		if strings.Contains(n.Data, "שלום") && n.Parent.Data != "bdi" && n.Parent.Data != "option" {
			t.Errorf("%s shows a name from right to left in <%s>: %q", where, n.Parent.Data, n.Data)
		}
	}
	if strings.Contains(text, "\revent") || strings.Contains(text, "<i>") {
		t.Errorf("%s holds what a name wrote", where)
	}
	return strings.Contains(text, "evil")
}

func TestNoNameSteersAPage(t *testing.T) {
	box := newSandbox(t)
	a := box.Authentik()
	a.AddGroup("group " + hostile)
	oneLine := "group " + strings.NewReplacer("\r", "", "\n", "", "\u0085", "", "\u2028", "").Replace(hostile)
	a.AddGroup(oneLine)
	a.AddScopeMapping("mapping "+hostile, "extra", "return {}\n# "+hostile)
	a.AddPerson("evil-"+hostile, "name "+hostile, "ada@evil.example", "x", nil)
	a.AddEvent(authentiksim.Event{Action: "configuration_error", Context: map[string]any{"message": hostile}})
	b := keeping(t, box, prefilled(box)).browser()

	shown := map[string]bool{}
	look := func(paths ...string) {
		t.Helper()
		for _, path := range paths {
			shown[path] = looked(t, path, b.get(path).text)
		}
	}
	look("/", "/permissions", "/authentik", "/pocketbase", "/nowhere")
	b.connected()
	look("/settings", "/settings/find?in=access.groups&q=evil")
	turned := "\u202eevil\u2066\u200b\u3164שלום" // what may stand in a name there
	answers := url.Values{
		"email": {"trust-all"}, "application.name": {turned}, "application.description": {hostile},
		"application.publisher":   {turned},
		"pocketbase.display_name": {turned}, "access.groups": {oneLine}, "application.slug": {hostile},
	}
	looked(t, "/settings with problems", b.send(b.get("/settings"), "/settings", answers).refused(b).text)
	answers.Set("application.slug", "evil")
	answers.Set("shown.slug", "evil")
	b.send(b.get("/settings"), "/settings", answers).want(303, "/review")
	look("/review", "/settings")
	job := b.send(b.get("/review"), "/apply", nil).want(303).header.Get("Location")
	looked(t, "the apply's events", b.wait(job+"/events", ""))
	look(job)
	b.post("/verify", nil).want(303)
	looked(t, "the checks' events", b.wait("/verify/events", ""))
	receipt := "/receipts/" + b.newest()
	look("/verify", "/done", "/receipts", receipt, receipt+"/undo", "/export", "/rotate", "/remove", "/signin",
		"/signin/address", "/forgotten")
	for _, path := range []string{"/review", "/settings/find?in=access.groups&q=evil", job, "/verify", receipt,
		receipt + "/undo", "/remove"} {
		if !shown[path] {
			t.Errorf("%s shows no hostile name", path)
		}
	}
}
