package door

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
)

// Limits of a visit.
const (
	visitIdle  = 30 * time.Minute // without a request
	visitLife  = 4 * time.Hour    // in any case
	visitLimit = 20               // browsers at once
)

// cookie identifies browsers that are signed in.
const cookie Cookie = "authpocket-door"

// visit is the time that one browser is signed in.
type visit struct{ came, seen time.Time }

func (v *visit) over(now time.Time) bool {
	return now.Sub(v.seen) >= visitIdle || now.Sub(v.came) >= visitLife
}

// admit signs the browser in with a cookie.
func (d *Door) admit(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.sendOut(now)
	id := rand.Text() + rand.Text()
	d.inside[id] = &visit{came: now, seen: now}
	cookie.Set(w, r, id, 0)
}

// DropPlain takes the plain cookie back once the browser has shown that it
// accepts the other.
func (d *Door) DropPlain(w http.ResponseWriter, r *http.Request) { cookie.DropPlain(w, r) }

// sendOut ends visits whose time is up, and the one idle longest when there are
// too many. The caller holds mu.
func (d *Door) sendOut(now time.Time) {
	oldest := ""
	for id, one := range d.inside {
		if one.over(now) {
			delete(d.inside, id)
		} else if oldest == "" || one.seen.Before(d.inside[oldest].seen) {
			oldest = id
		}
	}
	if len(d.inside) >= visitLimit {
		delete(d.inside, oldest)
	}
}

// Knows reports whether the browser is signed in, without extending its visit.
func (d *Door) Knows(r *http.Request) bool { return d.look(r, false) }

// SendOut signs the request's browser out.
func (d *Door) SendOut(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.inside, cookie.Value(r))
	cookie.Set(w, r, "", -1)
}

// Stream reports whether the request is for an event stream. Browsers reconnect
// to those by themselves, so they do not extend a visit.
func Stream(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/events") }

// isInside reports whether the browser is signed in. The request extends its
// visit.
func (d *Door) isInside(r *http.Request) bool { return d.look(r, !Stream(r)) }

func (d *Door) look(r *http.Request, extends bool) bool {
	if d.cfg.Everyone {
		return true
	}
	id, now := cookie.Value(r), time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	one, ok := d.inside[id]
	if !ok || one.over(now) {
		delete(d.inside, id)
		return false
	}
	if extends {
		one.seen = now
	}
	return true
}
