package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/export"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// showExport handles the "GET /export" route: the whole link as files, each
// with the problems that prevent it.
func (s *Server) showExport(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	plan, ok := s.whole(w, r, sess)
	if !ok {
		return
	}
	first, err := s.linkFilePart(new(sess.Look()))
	if err != nil {
		s.reply.Fail(w, r, sess, err, "/export")
		return
	}
	files := []changes.ExportFile{first}
	for _, f := range export.Offered(&plan) {
		file := changes.ExportFile{Title: f.Title, URL: f.Name, FileName: f.FileNameAt(time.Now())}
		var text bytes.Buffer
		problems, err := writeExport(f, &plan, &text)
		if err != nil {
			s.reply.Fail(w, r, sess, err, "/export")
			return
		}
		if file.Refused = view.Sentences(problems); len(problems) == 0 {
			file.Text = text.String()
		}
		files = append(files, file)
	}
	s.reply.Page(w, r, http.StatusOK, changes.Export(changes.NewExport(s.reply.Head(sess),
		new(sess.Look()).Latest(), files, plan.Warnings)))
}

// sendExport handles the "GET /export/{format}" route.
func (s *Server) sendExport(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	f, found := export.Find(chi.URLParam(r, "format"))
	if !found {
		s.notFound(w, r)
		return
	}
	plan, ok := s.whole(w, r, sess)
	if !ok {
		return
	}
	var text bytes.Buffer
	problems, err := writeExport(f, &plan, &text)
	switch {
	case err != nil:
		s.reply.Fail(w, r, sess, err, "/export")
	case len(problems) > 0:
		reply.Redirect(w, r, "/export") // which says why
	default:
		download(w, f.FileNameAt(time.Now()), f.MediaType, text.Bytes())
	}
}

// sendPlan handles the "GET /review/plan.md" route: a plan that a review has shown, as Markdown.
func (s *Server) sendPlan(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	shown := link.Find(sess.ShownPlans(), func(p *session.Shown) bool { return p.ID == r.URL.Query().Get("plan") })
	f, known := export.Find("markdown")
	if shown == nil || !known {
		s.notFound(w, r)
		return
	}
	var text bytes.Buffer
	if err := f.Write(&text, (*shown).Plan); err != nil {
		s.reply.Fail(w, r, sess, err, sess.AgainOf((*shown).ID))
		return
	}
	download(w, "plan.md", f.MediaType, text.Bytes())
}

// sendLinkFile handles the "GET /export/link.yaml" route.
func (s *Server) sendLinkFile(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if !guard(w, r, &p, "/review") {
		return
	}
	file, err := s.linkFilePart(&p)
	if err != nil {
		s.reply.Fail(w, r, sess, err, "/export")
		return
	}
	download(w, linkfile.Default, "text/yaml; charset=utf-8", []byte(file.Text))
}

// linkFilePart returns the link file of the session's answers. It has variables in the place of the tokens.
func (s *Server) linkFilePart(p *session.Progress) (changes.ExportFile, error) {
	a, b := p.Authentik.Login, p.PocketBase.Login
	text, err := linkfile.Write(new(linkfile.Reach(linkfile.Authentik{URL: a.URL, Insecure: a.Plain},
		linkfile.PocketBase{URL: b.URL, Insecure: b.Plain})), &p.Spec)
	return changes.NewLinkFile(linkfile.Default, string(text), a.CA != "" || b.CA != ""), err
}

// download writes a file that the browser saves.
func download(w http.ResponseWriter, name, mediaType string, data []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}

// whole is the plan that makes the link of the session's answers from nothing.
// It answers false when the browser has been told why there is none.
func (s *Server) whole(w http.ResponseWriter, r *http.Request, sess *session.Session) (link.Plan, bool) {
	p := sess.Look()
	if !guard(w, r, &p, "/review") {
		return link.Plan{}, false
	}
	plan, err := s.engine(p).Whole(r.Context(), p.Spec)
	if err != nil {
		s.reply.Fail(w, r, sess, err, "/export")
	}
	return plan, err == nil
}

// writeExport writes the plan in one format. Problems say why that format
// cannot carry it.
func writeExport(f export.Format, plan *link.Plan, to io.Writer) (report.Problems, error) {
	err := f.Write(to, *plan)
	if problems, ok := errors.AsType[report.Problems](err); ok {
		return problems, nil
	}
	return nil, err
}
