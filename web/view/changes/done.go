package changes

import (
	"encoding/json"
	"fmt"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// DoneInput holds what the last page shows.
type DoneInput struct {
	Desired link.Desired
	Rounds  []Round       // the applies of this session, newest first
	Checks  report.Checks // nil where none were run
	// SignedIn is a sign-in that was seen to work since the last change, zero for none.
	SignedIn report.SignedIn
	Held     bool // the session still holds tokens
	// OneWay reports whether passwords can be turned off, now that a sign-in has worked.
	OneWay bool
	// OldSlots are those that the link had before and that can be removed now, in the place of that.
	OldSlots []string
	// AuthentikAPI and PocketBaseAPI are the addresses that authpocket used. The
	// dashboards are there too.
	AuthentikAPI, PocketBaseAPI string
	ByPassword                  bool // PocketBase was signed in to with a password
	Later                       bool // both systems are connected, so the link can be changed
	Receipts                    bool // receipts are kept
	Own                         []string
}

// Round is one apply of this session: its purpose and its changes.
type Round struct {
	Purpose link.Purpose
	Receipt string // its id, empty where none was kept
	Made    []link.Change
}

// part returns the round in words, with a link to its receipt if keep is set.
func (r Round) part(keep bool) RoundPart {
	p := RoundPart{What: words.Did(r.Purpose, "", r.Made)}
	if keep && r.Receipt != "" {
		p.URL = "/receipts/" + r.Receipt
	}
	for _, c := range r.Made {
		p.Lines = append(p.Lines, made(&c))
	}
	return p
}

// NewDone returns the last page.
func NewDone(h *view.Head, in DoneInput) DonePage {
	p := DonePage{Head: *h, Kind: "good", Held: in.Held, Snippet: Snippet(&in.Desired),
		SignOut: EndSession(&in.Desired), Tokens: tokenAdvice(in),
		Own: in.Own, Links: dashboards(in)}
	p.Head.Title = say.Of("authentik and PocketBase are linked")
	p.Lead = in.Checks.Headline(in.SignedIn)
	switch {
	case in.Checks == nil:
		p.Kind, p.Lead = "warn", say.Of("The checks have not run yet.")
	case in.Checks.Failed():
		p.Kind, p.Head.Title = "warn", say.Of("The link exists, but a check failed")
	case !in.Checks.Good():
		p.Kind, p.Head.Title = "warn", say.Of("The link exists, but could not be checked")
		if fault := in.Checks.Unreached(); fault != nil {
			p.Lead = say.Join(p.Lead, fault.Todo)
		}
	case in.SignedIn.At.IsZero():
		p.Kind = ""
	}
	if in.Later && in.SignedIn.At.IsZero() && in.Checks != nil && in.Checks.Good() {
		p.Next = []view.Action{{Label: say.Of("Prove it now"), URL: "/prove"},
			{Label: say.Of("Test sign-in"), URL: "/signin"}}
	}
	for _, round := range in.Rounds {
		p.Rounds = append(p.Rounds, round.part(in.Later && in.Receipts))
	}
	if in.Later {
		p.Later = doneLaterOf(in, h.Ends.Joined)
	}
	if in.OneWay {
		p.OneWay = &view.Action{Label: say.Of("Turn off passwords"), URL: "/passwords"}
	}
	if len(in.OldSlots) > 0 {
		p.OldSlot = &view.Action{Label: say.Of("Remove %s", strings.Join(in.OldSlots, ", ")), URL: "/review"}
	}
	return p
}

// dashboards returns where the link's objects are in both dashboards.
func dashboards(in DoneInput) []view.Action {
	app := view.Action{Label: say.Of("Application in authentik"),
		URL: view.ApplicationURL(in.AuthentikAPI, in.Desired.Application.Slug)}
	provider := view.Action{Label: say.Of("Provider in authentik"),
		URL: view.ProviderURL(in.AuthentikAPI, in.Desired.Provider.PK)}
	collection := view.Action{Label: say.Of("Collection in PocketBase"),
		URL: view.CollectionURL(in.PocketBaseAPI, in.Desired.Collection.ID)}
	if in.Desired.Provider.PK == 0 {
		return []view.Action{app, collection}
	}
	return []view.Action{app, provider, collection}
}

// doneLaterOf returns what can be done with the link. Only the newest apply is offered to be undone.
func doneLaterOf(in DoneInput, whole bool) []view.Action {
	list := []view.Action{{Label: say.Of("Change the settings"), URL: "/settings"}}
	if whole {
		list = append(list, view.Action{Label: report.RunRotate.Label(), URL: "/rotate"})
	}
	if len(in.Rounds) > 0 && in.Receipts && in.Rounds[0].Receipt != "" && in.Rounds[0].Purpose == link.PurposeLink {
		list = append(list, view.Action{Label: say.Of("Undo"), URL: "/receipts/" + in.Rounds[0].Receipt + "/undo"})
	}
	if whole {
		list = append(list, view.Action{Label: say.Of("People"), URL: "/people"})
	}
	list = append(list, view.Action{Label: say.Of("Remove the link"), URL: "/remove"},
		view.Action{Label: say.Of("Export"), URL: "/export"})
	if in.Receipts {
		list = append(list, view.Action{Label: say.Of("View history"), URL: "/receipts"})
	}
	return list
}

// made says what a change did.
func made(c *link.Change) say.Text {
	switch c.Action {
	case link.Create:
		return say.Of("Created in %s: %s", c.System.Label(), c.Object)
	case link.Delete:
		return say.Of("Deleted in %s: %s", c.System.Label(), c.Object)
	}
	return say.Of("Changed in %s: %s", c.System.Label(), c.Object)
}

// Snippet returns the code that signs users in with PocketBase's JavaScript SDK.
// The values are written as JavaScript strings.
func Snippet(d *link.Desired) string {
	return fmt.Sprintf(`import PocketBase from "pocketbase";

const pb = new PocketBase(%s);

const auth = await pb
  .collection(%s)
  .authWithOAuth2({ provider: %s });

console.log(auth.record.email);`, script(d.PocketBaseURL), script(d.Collection.Name), script(d.Slot.Slot))
}

// EndSession returns the code that ends PocketBase's sign-in in the browser and then leads to authentik, which ends
// the session if the provider's invalidation flow does. authentik would send people on to a logout URI only with the
// ID token, which PocketBase does not pass on.
func EndSession(d *link.Desired) string {
	return fmt.Sprintf("pb.authStore.clear();\nlocation.assign(%s);",
		script(d.AuthentikURL+"/application/o/"+d.Application.Slug+"/end-session/"))
}

// script returns s as a JavaScript string. Marshalling a string cannot fail.
func script(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func tokenAdvice(in DoneInput) []TokenAdvice {
	authentik := TokenAdvice{
		Text: say.Of("<b>authentik:</b> go to Directory, then Tokens and App passwords, and delete the API token."),
		Link: view.Action{Label: say.Of("Open that page"), URL: view.TokensURL(in.AuthentikAPI)},
	}
	pocketbase := TokenAdvice{
		Text: say.Of("<b>PocketBase:</b> the superuser's token expires by itself. To revoke it now, change the " +
			"superuser's password. This revokes all their tokens."),
		Link: view.Action{Label: say.Of("Open that page"), URL: view.SuperusersURL(in.PocketBaseAPI)},
	}
	if in.ByPassword {
		pocketbase.Text = say.Of("<b>PocketBase:</b> authpocket signed in with your password and got a token that is " +
			"valid for one day. To revoke it now, change the superuser's password. This revokes all their tokens.")
	}
	return []TokenAdvice{authentik, pocketbase}
}
