package connections

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/reply"
	"authpocket/web/session"
)

// refuseConnect refuses a connect page. A secret that is not to blame is kept,
// so that a mistake in the address does not cost it.
func (h *Handlers) refuseConnect(w http.ResponseWriter, r *http.Request, sess *session.Session, system report.System,
	sent connectForm, problems report.Problems) {
	for name, text := range map[string]secret.Text{"token": sent.Token, "password": sent.Password} {
		field := string(system) + "." + name
		if blamed(problems, field) && !(name == "token" && foreignToken(system, text)) {
			sess.Release(field).Wipe()
			text.Wipe()
		} else if text.IsSet() {
			sess.Hold(field, text)
		}
	}
	h.Reply.Refuse(w, r, sess, "/"+string(system), sent.from,
		session.Draft{Values: sent.Values(system), Problems: problems})
}

// accepted forgets the secrets that were held for a form that is now accepted.
func accepted(sess *session.Session, system report.System, used session.Login) {
	if held := sess.Release(string(system) + ".token"); held != used.Token {
		held.Wipe()
	}
	sess.Release(string(system) + ".password").Wipe()
}

// moveToken takes a token that was typed on the page of the wrong system to
// the other one's.
func (h *Handlers) moveToken(w http.ResponseWriter, r *http.Request, sess *session.Session, from, to report.System,
	sent connectForm) {
	token := sess.Release(string(from) + ".token")
	if sent.Token.IsSet() {
		token.Wipe()
		token = sent.Token
	}
	sess.Hold(string(to)+".token", token)
	sess.Refuse("/"+string(from), session.Draft{Values: sent.Values(from)})
	h.Sessions.Keep(w, r, sess)
	if to == report.PB && !new(sess.Look()).Reaches("/pocketbase") {
		reply.Redirect(w, r, "/authentik")
		return
	}
	reply.Redirect(w, r, reply.WithFrom("/"+string(to), sent.from))
}

// foreignProblem is the problem of a token that belongs to the other system.
func foreignProblem(system report.System) report.Problem {
	if system == report.PB {
		return report.Problem{Field: "pocketbase.token", Summary: say.Of("This looks like a token of authentik."),
			Todo: say.Of("Move it to authentik's page with the button below, " +
				"and enter a superuser's token of PocketBase here.")}
	}
	return report.Problem{Field: "authentik.token", Summary: say.Of("This is a token of PocketBase."),
		Todo: say.Of("Move it to PocketBase's page with the button below, and enter an API token of authentik here.")}
}

// foreignToken reports whether a token belongs to the other system.
func foreignToken(system report.System, token secret.Text) bool {
	text := token.AsPasted()
	if text != token {
		defer text.Wipe()
	}
	if system == report.Authentik {
		return ofPocketBase(text.Reveal())
	}
	return ofAuthentik(text.Reveal())
}

// ofPocketBase reports whether a token names a collection, as PocketBase's do.
func ofPocketBase(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	var claims struct {
		Collection string `json:"collectionId"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	return err == nil && json.Unmarshal(payload, &claims) == nil && claims.Collection != ""
}

// authentikKey is the least length of the keys that authentik generates.
const authentikKey = 60

// ofAuthentik reports whether a token has the form of the keys that authentik
// generates: letters and digits only.
func ofAuthentik(token string) bool {
	return len(token) >= authentikKey && !strings.ContainsFunc(token, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
}
