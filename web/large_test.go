package web

import (
	"net/url"
	"strconv"
	"testing"
)

// Long lists are searched and never dumped into the page.
func TestTheSettingsPageStaysSmallOnALargeServer(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	sim := box.Authentik()
	sim.AddApplications(1000)
	for i := range 300 {
		sim.AddGroup("group " + strconv.Itoa(i))
	}
	for i := range 5000 {
		sim.AddPerson("person"+strconv.Itoa(i), "Person", "", "", nil)
	}
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.get("/settings").want(200)
	if len(p.text) >= 60_000 {
		t.Errorf("the settings page has %d bytes, want fewer than 60,000", len(p.text))
	}
	if found := b.get("/settings/find?in=access.groups&q=group+29").want(200); len(found.text) > 10_000 ||
		len(found.all("button")) == 0 {
		t.Errorf("the search answers %d bytes and %d names", len(found.text), len(found.all("button")))
	}
	b.send(p, "/settings", url.Values{"access.groups": {"group 299"}, "email": {"trust-all"}}).want(303, "/review")
	b.get("/review").want(200).says("group 299", "Apply 3 changes")
}
