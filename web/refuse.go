package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/address"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/respond"
	"authpocket/web/session"
)

// refuse keeps a form that was refused and sends the browser back to its page,
// which then says why. The answer is no page, so that Back never asks whether
// to send the form again.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, sess *session.Session, page, came string,
	d session.Draft) {
	if respond.Gone(r) {
		respond.Nothing(w)
		return
	}
	sess.Refuse(page, d)
	s.sessions.Keep(w, r, sess)
	redirect(w, r, withFrom(page, came))
}

// refusePerson refuses a form that asks for a user.
func (s *Server) refusePerson(w http.ResponseWriter, r *http.Request, sess *session.Session, page string,
	problem say.Text) {
	s.refuse(w, r, sess, page, "", session.Draft{Values: r.PostForm, Problems: report.Problems{{Summary: problem}}})
}

// refusal returns what is wrong with the form that a page has refused, empty
// for nothing.
func refusal(d *session.Draft) say.Text {
	if d == nil || len(d.Problems) == 0 {
		return say.Text{}
	}
	return d.Problems[0].Summary
}

// refuseConnect refuses a connect page. A secret that is not to blame is kept,
// so that a mistake in the address does not cost it.
func (s *Server) refuseConnect(w http.ResponseWriter, r *http.Request, sess *session.Session, system report.System,
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
	s.refuse(w, r, sess, "/"+string(system), sent.from, session.Draft{Values: sent.values(system), Problems: problems})
}

func blamed(problems report.Problems, field string) bool {
	return slices.ContainsFunc(problems, func(p report.Problem) bool { return p.Field == field })
}

// values returns what was typed except the secrets.
func (f connectForm) values(system report.System) url.Values {
	v := url.Values{}
	for key, text := range map[string]string{"url": f.URL, "ca": f.CA, "with": f.With, "email": f.Email} {
		v.Set(string(system)+"."+key, text)
	}
	if f.Plain {
		v.Set(string(system)+".insecure_http", link.Ticked)
	}
	return v
}

// takeHeld fills in the secrets that were typed before, where nothing is typed
// in their place.
func (f *connectForm) takeHeld(sess *session.Session, system report.System) {
	for name, text := range map[string]*secret.Text{"token": &f.Token, "password": &f.Password} {
		if held := sess.Held(string(system) + "." + name); !text.IsSet() && held.IsSet() {
			*text = held
		}
	}
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
func (s *Server) moveToken(w http.ResponseWriter, r *http.Request, sess *session.Session, from, to report.System,
	sent connectForm) {
	token := sess.Release(string(from) + ".token")
	if sent.Token.IsSet() {
		token.Wipe()
		token = sent.Token
	}
	sess.Hold(string(to)+".token", token)
	sess.Refuse("/"+string(from), session.Draft{Values: sent.values(from)})
	s.sessions.Keep(w, r, sess)
	if to == report.PB && !new(sess.Look()).Reaches("/pocketbase") {
		redirect(w, r, "/authentik")
		return
	}
	redirect(w, r, withFrom("/"+string(to), sent.from))
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

// sameAddress reports whether an address as typed is that of a connection.
func sameAddress(typed, base string) bool {
	parsed, err := address.Parse(typed)
	return err == nil && parsed == base
}

func withFrom(path, from string) string {
	if from == "" {
		return path
	}
	return path + "?from=" + from
}
