package public

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"authpocket/internal/say"
	"authpocket/sandbox/walk"
	"authpocket/web/view"
)

// stop is a page of the wizard at which a link may open the demo, and what it is with real systems.
type stop struct {
	step string // of the link, empty for a page without one
	path string // prefix of the page
	real say.Text
}

// stops are in the order of the wizard. The last one with a path that fits is the page's.
func stops() []stop {
	return []stop{
		{"", "/", say.Of("With your own systems the wizard runs on your machine or server, and a setup code from the " +
			"terminal opens it.")},
		{"authentik", "/authentik", say.Of("With your own authentik you enter its address and an API token of an " +
			"admin. The token stays in memory.")},
		{"pocketbase", "/pocketbase", say.Of("With your own PocketBase you enter its address and a superuser's " +
			"token, or e-mail address and password.")},
		{"settings", "/settings", say.Of("With your own systems the wizard reads what exists already and keeps what " +
			"you do not change.")},
		{"review", "/review", say.Of("With your own systems this is the moment before anything is written. You see " +
			"each field before and after.")},
		{"apply", "/apply/", say.Of("With your own systems each change is written, read back and noted in a receipt, " +
			"which can undo it.")},
		{"", "/verify", say.Of("With your own systems these checks ask both servers. What was not measured does not " +
			"count as passed.")},
		{"signin", "/signin", say.Of("With your own systems you sign in to your authentik here. It is the only proof " +
			"that people can sign in.")},
		{"", "/prove", say.Of("With your own systems this creates a person in authentik for the test, and deletes them " +
			"after it.")},
		{"", "/receipts", say.Of("With your own systems the receipts stay on disk, without secrets, until you delete " +
			"them.")},
		{"", "/export", say.Of("With your own systems you may keep the link as code, for example for Terraform.")},
		{"", "/done", say.Of("With your own systems people can now sign in. Delete the tokens, and revoke them in both " +
			"systems.")},
	}
}

func isStep(step string) bool {
	return step != "" && slices.ContainsFunc(stops(), func(s stop) bool { return s.step == step })
}

// pathOf returns the first page of a step, without its identifier.
func pathOf(step string) string {
	for _, s := range stops() {
		if s.step == step && step != "" && step != "apply" {
			return s.path
		}
	}
	return "/"
}

// besideOf returns what the page at a path of a sandbox says beside its own. The caller holds mu.
func (s *Server) besideOf(p *place, path string) view.Beside {
	rest, ok := strings.CutPrefix(path, p.root.Path+wizardPart)
	if !ok {
		return view.Beside{}
	}
	var b view.Beside
	for _, one := range stops() {
		if one.path == rest || one.path != "/" && strings.HasPrefix(rest, one.path) {
			b.Lines = []say.Text{one.real}
		}
	}
	left := int((time.Until(p.ends) + time.Minute - 1) / time.Minute)
	if s.draining {
		left, b.Urgent = min(left, int((time.Until(s.deadline)+time.Minute-1)/time.Minute)), true
		b.Lines = append(b.Lines, say.Of("The demo is restarting. After that your sandbox is gone."))
	}
	left = max(left, 1)
	b.Title = say.Count(left, "Your sandbox: a simulated authentik and a real PocketBase, deleted in %d minute",
		"Your sandbox: a simulated authentik and a real PocketBase, deleted in %d minutes")
	return b
}

// walkTime is how long the way to a step may take. Without others it takes less than a second.
const walkTime = 30 * time.Second

// walkTo goes through the wizard to a step as the visitor would, gives their browser the cookies of it and returns the
// path of the page.
func (s *Server) walkTo(ctx context.Context, w http.ResponseWriter, p *place, step string) (string, error) {
	if step == "" {
		return "/", nil
	}
	ctx, cancel := context.WithTimeout(ctx, walkTime)
	defer cancel()
	client := p.client(s.arrived)
	cookies := &cookies{}
	client.Jar = cookies
	walker := walk.Walker{Root: p.base(wizardPart), HTTP: client}
	goal := pathOf(step)
	if step == "apply" || step == "signin" {
		goal = "/apply/"
	}
	at, err := walker.To(ctx, goal)
	if err == nil && step == "signin" {
		if err = walker.Follow(ctx, at+"/events"); err == nil {
			at = pathOf(step)
		}
	}
	if err != nil {
		return "", fmt.Errorf("walking to %s: %w", step, err)
	}
	for _, c := range cookies.list {
		w.Header().Add("Set-Cookie", c.String())
	}
	return at, nil
}
