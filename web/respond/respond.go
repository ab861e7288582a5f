// Package respond writes whole pages, compressed, and nothing for a client that
// is gone.
package respond

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"authpocket/internal/say"
	"authpocket/static"
	"authpocket/web/view"
)

// StatusGone is nginx's status for a client that hung up before its answer.
// The log shows it; nobody receives it.
const StatusGone = 499

// Gone reports whether the client has hung up: net/http then ends the context
// of its request.
func Gone(r *http.Request) bool { return r.Context().Err() != nil }

// Nothing ends a request whose client is gone.
func Nothing(w http.ResponseWriter) { w.WriteHeader(StatusGone) }

// Assets returns the addresses of the files that every page loads.
func Assets(files *static.Files) view.Assets {
	return view.Assets{
		Styles: files.URL(static.Styles), Pages: files.URL(static.Pages), App: files.URL(static.App),
		HTMX: files.URL(static.HTMX), Icon: files.URL(static.Icon),
	}
}

// Pages writes pages.
type Pages struct {
	// Last returns the page for what must not happen, in the language of the context. nil is for an empty one.
	Last func(context.Context) []byte

	buffers      sync.Pool // of *bytes.Buffer
	small, large sync.Pool // of *gzip.Writer
	kept         kept
}

// Page writes a page once it is rendered in whole, and otherwise the last one.
// It returns the error of a page that cannot be rendered.
func (p *Pages) Page(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	if Gone(r) {
		Nothing(w)
		return nil
	}
	buffer, ok := p.buffers.Get().(*bytes.Buffer)
	if !ok {
		buffer = new(bytes.Buffer)
	}
	defer p.free(buffer)
	body, err := view.Visible(r.Context(), buffer, page)
	switch {
	case err == nil:
		write(w, r, status, p.encoded(w.Header(), r.Header, body))
	case Gone(r): // templates refuse to go on then
		Nothing(w)
		return nil
	default:
		p.Fail(w, r)
	}
	return err
}

// free lets another page have the buffer, with nothing of this one left in it.
func (p *Pages) free(buffer *bytes.Buffer) {
	clear(buffer.Bytes())
	p.buffers.Put(buffer)
}

// Fail answers with the last page.
func (p *Pages) Fail(w http.ResponseWriter, r *http.Request) {
	var page []byte
	if p.Last != nil {
		page = p.Last(r.Context())
	}
	write(w, r, http.StatusInternalServerError, page)
}

func write(w http.ResponseWriter, r *http.Request, status int, page []byte) {
	w.Header().Set("Content-Language", say.Tag(r.Context()))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	_, _ = w.Write(page) // a client that is gone needs no answer
}

// Uncompressed is for pages with a secret in them, whose length must not tell
// what else is in them. Proxies are asked to leave them as they are, too.
func Uncompressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store, no-transform")
		next.ServeHTTP(w, r)
	})
}

// smallPage is up to which length a page is compressed with the least effort: that takes half the time, for 80 bytes
// more of 3 kB and 400 more of 10 kB.
const smallPage = 12 << 10

// encoded returns the page as it is sent, and says so in the header.
func (p *Pages) encoded(h, asked http.Header, page []byte) []byte {
	if strings.Contains(h.Get("Cache-Control"), "no-transform") {
		return page
	}
	h.Add("Vary", "Accept-Encoding")
	if !static.TakesGzip(asked) {
		return page
	}
	h.Set("Content-Encoding", "gzip")
	if len(page) > smallPage {
		return pack(&p.large, gzip.DefaultCompression, page)
	}
	return p.kept.packed(page, func() []byte { return pack(&p.small, gzip.BestSpeed, page) })
}

// pack compresses a page with a *gzip.Writer of the level.
func pack(writers *sync.Pool, level int, page []byte) []byte {
	var packed bytes.Buffer
	packed.Grow(len(page) / 2)
	z, ok := writers.Get().(*gzip.Writer)
	if ok {
		z.Reset(&packed)
	} else {
		z, _ = gzip.NewWriterLevel(&packed, level) // both levels exist
	}
	defer writers.Put(z)
	_, _ = z.Write(page) // a buffer takes everything
	_ = z.Close()
	return packed.Bytes()
}

// kept are the small pages that were sent last, with their compressed bytes: most are sent again as they were, and
// compressing takes two fifths of the time of a page.
type kept struct {
	mu    sync.Mutex
	pages [8]keptPage
	next  int // to be replaced
}

type keptPage struct{ page, packed []byte }

// packed returns a page compressed, by the function unless it is kept.
func (k *kept) packed(page []byte, pack func() []byte) []byte {
	if packed := k.find(page); packed != nil {
		return packed
	}
	one := keptPage{bytes.Clone(page), pack()}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pages[k.next] = one
	k.next = (k.next + 1) % len(k.pages)
	return one.packed
}

func (k *kept) find(page []byte) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range k.pages {
		if one := &k.pages[i]; bytes.Equal(one.page, page) {
			return one.packed
		}
	}
	return nil
}
