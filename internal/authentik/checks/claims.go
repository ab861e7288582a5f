package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// textClaims returns the claims that PocketBase reads as text (tools/auth/oidc.go).
func textClaims() []string { return []string{"sub", "name", "preferred_username", "picture", "email"} }

// claimTrouble is one claim that PocketBase doesn't get, or can't read.
type claimTrouble struct {
	cause  link.CauseID
	claim  string
	says   string
	remedy string
	minor  bool // sign-ins work without the claim
}

// mappingResult is the result of testing an attached scope mapping for the user.
type mappingResult struct {
	name, scope string
	raised      string                     // the error, empty if the mapping ran
	kind        string                     // of the returned value, if that is no object
	claims      map[string]json.RawMessage // of an object
}

// kindOf returns what a JSON value is.
func kindOf(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '"':
		return "text"
	case '[':
		return "a list"
	case '{':
		return "an object"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "nothing"
	}
	return "a number"
}

// claim returns the claim that PocketBase reads as name: it ignores case, like encoding/json.
func claim(claims map[string]json.RawMessage, name string) json.RawMessage {
	if raw, exact := claims[name]; exact {
		return raw
	}
	for key, raw := range claims {
		if strings.EqualFold(key, name) {
			return raw
		}
	}
	return nil
}

// oddClaims returns the claims of the preview that should be text and are not.
func (m *measured) oddClaims() []string {
	return slices.DeleteFunc(textClaims(), func(name string) bool {
		kind := kindOf(claim(m.claims, name))
		return kind == "text" || kind == "nothing"
	})
}

// bareScopes returns the scopes whose usual claims the preview lacks altogether.
func (m *measured) bareScopes() []string {
	lacks := func(name string) bool { return kindOf(claim(m.claims, name)) == "nothing" }
	var bare []string
	if lacks("email") {
		bare = append(bare, "email")
	}
	if lacks("name") && lacks("preferred_username") {
		bare = append(bare, "profile")
	}
	return bare
}

// readMappings tests the attached scope mappings for the user if the preview has an odd claim or lacks one. Nothing
// is tested otherwise.
func (m *measured) readMappings(ctx context.Context) {
	if m.claims == nil {
		return
	}
	odd, bare := m.oddClaims(), m.bareScopes()
	asked, _, _ := m.attachedMappings()
	if len(odd) == 0 {
		asked = slices.DeleteFunc(asked, func(o rest.Object) bool {
			return !slices.Contains(bare, rest.MappingState(o).Scope)
		})
	}
	var err error
	m.results, err = m.testMappings(ctx, asked)
	m.resultsErr = errors.Join(m.live.mappingsErr, err)
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *measured) testMapping(ctx context.Context, mapping rest.Object) (mappingResult, error) {
	r := mappingResult{name: rest.Plain(mapping.Text("name")), scope: rest.MappingState(mapping).Scope}
	o, err := m.c.TestMapping(ctx, mapping.Text("pk"), m.userPK())
	switch {
	case err != nil:
		return r, err
	case o == nil:
		return r, rest.NewFault(link.FaultStale, "", "The scope mapping “"+r.name+"” is gone.", "Check again.",
			errors.New("no such mapping"))
	case !o.Flag("successful"):
		r.raised = lastLine(o.Text("result"))
		return r, nil
	}
	claims, isObject := rest.ParseObject([]byte(o.Text("result")))
	if r.claims = claims; !isObject {
		r.kind = kindOf(json.RawMessage(o.Text("result")))
	}
	return r, nil
}

// lastLine returns the line of a Python traceback that names the error.
func lastLine(traceback string) string {
	lines := strings.Split(strings.TrimSpace(traceback), "\n")
	return rest.OrNone(rest.Plain(lines[len(lines)-1]))
}

// claimTroubles returns what is wrong with the claims, the worst first.
func (m *measured) claimTroubles() []claimTrouble {
	var worst, minor []claimTrouble
	for _, name := range m.oddClaims() {
		if t, wrong := m.oddClaim(name); wrong {
			worst = append(worst, t)
		}
	}
	for _, scope := range m.bareScopes() {
		for _, r := range m.results {
			if r.scope != scope || r.raised == "" && r.kind == "" {
				continue
			}
			if t := m.failingMapping(r); t.minor {
				minor = append(minor, t)
			} else {
				worst = append(worst, t)
			}
		}
	}
	return append(worst, minor...)
}

// oddClaim returns the trouble with a claim that is not text, false if it is of a scope that PocketBase doesn't
// request.
func (m *measured) oddClaim(name string) (claimTrouble, bool) {
	raw := claim(m.claims, name)
	t := claimTrouble{cause: link.CauseClaimType, claim: name,
		says:   fmt.Sprintf("The claim %s is %s instead of text: %s.", name, kindOf(raw), rest.Plain(string(raw))),
		remedy: textRemedy(name, "that gives it")}
	if m.resultsErr != nil {
		t.says += " Which scope mapping gives it could not be found out: " + rest.FaultWords(m.resultsErr)
		return t, true
	}
	giver := ""
	for _, r := range m.results {
		kind := kindOf(claim(r.claims, name))
		switch kind {
		case "nothing":
		case "text":
			giver = ""
		default:
			giver = r.name
		}
	}
	switch {
	case giver != "":
		t.says += " The scope mapping “" + giver + "” gives it."
		t.remedy = textRemedy(name, "“"+giver+"”")
		return t, true
	case name == "sub":
		t.says += " It comes from the provider's subject mode."
		t.remedy = "Choose another subject mode, or give the user a text as this attribute in authentik."
		return t, true
	}
	return t, false
}

func textRemedy(claim, mapping string) string {
	return "Change the scope mapping " + mapping + " in authentik so that " + claim + " is text, such as the first " +
		"entry of the list."
}

// failingMapping returns the trouble with a mapping that gives no claims. PocketBase can do without a name.
func (m *measured) failingMapping(r mappingResult) claimTrouble {
	t := claimTrouble{cause: link.CauseMappingFails, claim: r.scope, minor: r.scope != "email" ||
		m.d.Email == link.EmailLeave,
		says: "The scope mapping “" + r.name + "” fails for this user: ",
		remedy: "Change the expression of the scope mapping “" + r.name + "” in authentik so that it returns an " +
			"object with claims for every user."}
	if r.raised != "" {
		t.says += r.raised + "."
	} else {
		t.says += "it returns " + r.kind + " instead of an object."
	}
	t.says += " authentik leaves out its claims."
	return t
}

// judgeClaims checks that PocketBase can read the claims that authentik would send about the user.
func (m *measured) judgeClaims() link.Check {
	check := newCheck(link.CheckAuthentikClaims, "The claims are what PocketBase can read")
	if why := m.noClaims(); why != "" {
		return check.Skips(why)
	}
	about := "authentik's preview for " + m.who() + ": "
	troubles := m.claimTroubles()
	if len(troubles) > 0 {
		var says, remedies []string
		for _, t := range troubles {
			says = append(says, t.says)
			if !slices.Contains(remedies, t.remedy) {
				remedies = append(remedies, t.remedy)
			}
		}
		evidence, remedy := about+strings.Join(says, " "), strings.Join(remedies, " ")
		if troubles[0].minor {
			return check.Warns(troubles[0].cause, evidence, remedy)
		}
		return check.Fails(troubles[0].cause, evidence, remedy)
	}
	if m.resultsErr != nil && len(m.bareScopes()) > 0 {
		return check.Skips(about + "the claims of the scopes " + strings.Join(m.bareScopes(), ", ") + " are missing, " +
			"and the scope mappings could not be tested: " + rest.FaultWords(m.resultsErr))
	}
	return check.Passes(about + "every claim that PocketBase reads is text or absent.")
}

// noClaims returns the reason why the claims are not known, empty if they are.
func (m *measured) noClaims() string {
	switch {
	case m.live.provider == nil:
		return m.live.missing
	case m.claimsErr != nil && m.claims == nil:
		return "authentik's preview of the sign-in could not be read: " + rest.FaultWords(m.claimsErr)
	case m.claimsErr != nil:
		return rest.FaultWords(m.claimsErr)
	}
	return m.withoutClaims()
}

// emailTrouble reports whether the claims check explains why there is no address.
func (m *measured) emailTrouble() bool {
	return slices.ContainsFunc(m.claimTroubles(), func(t claimTrouble) bool { return t.claim == "email" }) ||
		m.resultsErr != nil && slices.Contains(m.bareScopes(), "email")
}
