package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// textClaims returns the claims that PocketBase reads as text (tools/auth/oidc.go).
func textClaims() []string { return []string{"sub", "name", "preferred_username", "picture", "email"} }

// claimTrouble is one claim that PocketBase doesn't get, or can't read.
type claimTrouble struct {
	cause  report.CauseID
	claim  string
	says   say.Text
	remedy say.Text
	minor  bool // sign-ins work without the claim
}

// mappingResult is the result of testing an attached scope mapping for the user.
type mappingResult struct {
	name, scope string
	raised      string                     // the error, empty if the mapping ran
	kind        say.Text                   // of the returned value, if that is no object
	claims      map[string]json.RawMessage // of an object
}

// kindOf returns what a JSON value is.
func kindOf(raw json.RawMessage) say.Text {
	switch firstByte(raw) {
	case '"':
		return say.Of("text")
	case '[':
		return say.Of("a list")
	case '{':
		return say.Of("an object")
	case 't', 'f':
		return say.Of("true or false")
	case 0, 'n':
		return say.Of("nothing")
	}
	return say.Of("a number")
}

// isNothing reports whether a JSON value that starts with the byte is null or none.
func isNothing(first byte) bool { return first == 0 || first == 'n' }

// firstByte returns the first byte of a JSON value, which tells its type, 0 for none.
func firstByte(raw json.RawMessage) byte {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
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
		first := firstByte(claim(m.claims, name))
		return first == '"' || isNothing(first)
	})
}

// bareScopes returns the scopes whose usual claims the preview lacks altogether.
func (m *measured) bareScopes() []string {
	lacks := func(name string) bool { return isNothing(firstByte(claim(m.claims, name))) }
	var bare []string
	if lacks("email") {
		bare = append(bare, "email")
	}
	if lacks("name") && lacks("preferred_username") {
		bare = append(bare, "profile")
	}
	return bare
}

// readMappings tests the attached scope mappings for the user if the preview has an odd claim or lacks one, and those
// of the scope email if there are several. Nothing is tested otherwise.
func (m *measured) readMappings(ctx context.Context) {
	if m.claims == nil {
		return
	}
	odd, bare := m.oddClaims(), m.bareScopes()
	asked, _, _ := m.attachedMappings()
	if _, scopes := m.attached(); count(scopes, "email") > 1 {
		bare = append(bare, "email")
	}
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
		return r, rest.NewFault(report.FaultStale, "", say.Of("The scope mapping “%s” is gone.", r.name),
			say.Of("Check again."),
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
			if r.scope != scope || r.raised == "" && r.kind.Empty() {
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
	t := claimTrouble{cause: report.CauseClaimType, claim: name,
		says:   say.Of("The claim %s is %s instead of text: %s.", name, kindOf(raw), rest.Plain(string(raw))),
		remedy: textRemedy(name, say.Of("that gives it"))}
	if m.resultsErr != nil {
		t.says = say.Join(t.says, say.Of("Which scope mapping gives it could not be found out: %s",
			rest.FaultWords(m.resultsErr)))
		return t, true
	}
	giver := ""
	for _, r := range m.results {
		switch firstByte(claim(r.claims, name)) {
		case 0, 'n': // nothing
		case '"':
			giver = ""
		default:
			giver = r.name
		}
	}
	switch {
	case giver != "":
		t.says = say.Join(t.says, say.Of("The scope mapping “%s” gives it.", giver))
		t.remedy = textRemedy(name, say.Of("“%s”", giver))
		return t, true
	case name == "sub":
		t.says = say.Join(t.says, say.Of("It comes from the provider's subject mode."))
		t.remedy = say.Of("Choose another subject mode, or give the user a text as this attribute in authentik.")
		return t, true
	}
	return t, false
}

func textRemedy(claim string, mapping say.Text) say.Text {
	return say.Of("Change the scope mapping %s in authentik so that %s is text, such as the first entry of the "+
		"list.", mapping, claim)
}

// failingMapping returns the trouble with a mapping that gives no claims. PocketBase can do without a name.
func (m *measured) failingMapping(r mappingResult) claimTrouble {
	t := claimTrouble{cause: report.CauseMappingFails, claim: r.scope, minor: r.scope != "email" ||
		m.d.Email == link.EmailLeave,
		remedy: say.Of("Change the expression of the scope mapping “%s” in authentik so that it returns an object "+
			"with claims for every user.", r.name)}
	t.says = say.Of("The scope mapping “%s” fails for this user: it returns %s instead of an object. authentik "+
		"leaves out its claims.", r.name, r.kind)
	if r.raised != "" {
		t.says = say.Of("The scope mapping “%s” fails for this user: %s. authentik leaves out its claims.", r.name,
			r.raised)
	}
	return t
}

// judgeClaims checks that PocketBase can read the claims that authentik would send about the user.
func (m *measured) judgeClaims() *report.Check {
	check := newCheck(report.CheckAuthentikClaims, say.Of("The claims are what PocketBase can read"))
	if why := m.noClaims(); !why.Empty() {
		return check.SkipsSaying(why, m.claimsErr)
	}
	about := say.Of("authentik's preview for %s:", m.who())
	troubles := m.claimTroubles()
	if len(troubles) > 0 {
		var says, remedies []say.Text
		for _, t := range troubles {
			says = append(says, t.says)
			if !slices.Contains(remedies, t.remedy) {
				remedies = append(remedies, t.remedy)
			}
		}
		evidence, remedy := say.Join(about, say.Join(says...)), say.Join(remedies...)
		if troubles[0].minor {
			return check.Warns(troubles[0].cause, evidence, remedy)
		}
		return check.Fails(troubles[0].cause, evidence, remedy)
	}
	if m.resultsErr != nil && len(m.bareScopes()) > 0 {
		return check.Skips(say.Of("%s the claims of the scopes %s are missing, and the scope mappings could not be "+
			"tested: %s", about, strings.Join(m.bareScopes(), ", "), rest.FaultWords(m.resultsErr)))
	}
	return check.Passes(say.Join(about, say.Of("every claim that PocketBase reads is text or absent.")))
}

// noClaims returns the reason why the claims are not known, empty if they are.
func (m *measured) noClaims() say.Text {
	switch {
	case m.live.provider == nil:
		return m.live.missing
	case m.claimsErr != nil && m.claims == nil:
		return say.Of("authentik's preview of the sign-in could not be read: %s", rest.FaultWords(m.claimsErr))
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
