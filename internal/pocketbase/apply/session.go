package apply

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// sessionPatch gives an account a new token key, which PocketBase generates: authpocket never knows it.
type sessionPatch struct {
	c      *Writer
	before link.SessionState
	sent   bool
}

func (f *finder) Session(e link.Edit[link.SessionState]) {
	if e.Before == nil || e.After == nil || e.Before.Collection.Name == link.Superusers {
		f.fault = rest.Bug(say.Of("The change of %s is not of an account that can be signed out.", e.Object))
		return
	}
	f.patch, f.fault = &sessionPatch{c: f.c, before: *e.Before}, nil
}

func (w *sessionPatch) name() say.Text { return say.Of("the account %s", w.before.ID) }

// doubtful: PocketBase never shows a token key.
func (w *sessionPatch) doubtful() bool { return w.sent }

func (w *sessionPatch) prepare(ctx context.Context, again bool) (*rest.Call, error) {
	now, err := w.read(ctx)
	switch {
	case err != nil:
		return nil, err
	case now == nil:
		return nil, stale(w.name())
	case !again && (now.Updated != w.before.Updated || now.Email != w.before.Email):
		return nil, stale(w.name())
	}
	w.sent = true
	return &rest.Call{Path: w.path(), Body: map[string]any{link.TokenKey + ":autogenerate": ""}}, nil
}

func (w *sessionPatch) path() string {
	return "/api/collections/" + url.PathEscape(w.before.Collection.Name) + "/records/" + url.PathEscape(w.before.ID)
}

// record is an account, as far as a sign-out compares it.
type record struct {
	ID           string `json:"id"`
	CollectionID string `json:"collectionId"`
	Email        string `json:"email"`
	Updated      string `json:"updated"`
}

// read returns the account, nil if it is gone or linked to another subject.
func (w *sessionPatch) read(ctx context.Context) (*record, error) {
	b := w.before
	var records rest.List[record]
	query := url.Values{"filter": {"id=" + rest.Quoted(b.ID)}, "perPage": {"1"}, "skipTotal": {"1"},
		"fields": {"id,collectionId,email,updated"}}
	path := "/api/collections/" + url.PathEscape(b.Collection.Name) + "/records"
	if err := w.c.Read(ctx, rest.Call{Path: path, Query: query}, &records); err != nil {
		return nil, err
	}
	var links rest.List[struct {
		Subject string `json:"providerId"`
	}]
	query = url.Values{"filter": {"collectionRef=" + rest.Quoted(b.Collection.ID) + " && provider=" +
		rest.Quoted(b.Slot) + " && recordRef=" + rest.Quoted(b.ID)}, "perPage": {"2"}, "skipTotal": {"1"},
		"fields": {"providerId"}}
	if err := w.c.Read(ctx, rest.Call{Path: "/api/collections/_externalAuths/records", Query: query},
		&links); err != nil {
		return nil, err
	}
	if len(records.Items) != 1 || records.Items[0].CollectionID != b.Collection.ID || len(links.Items) != 1 ||
		links.Items[0].Subject != b.Subject {
		return nil, nil
	}
	return &records.Items[0], nil
}

// confirm has nothing to read back: a token key is never shown.
func (*sessionPatch) confirm(context.Context) error { return nil }

func (w *sessionPatch) refused(a rest.Answer) *report.Fault {
	if a.Status == http.StatusNotFound {
		return stale(w.name())
	}
	f := w.c.Unexpected(a)
	message, list := rest.ReadError(a.Body)
	if a.Status != http.StatusBadRequest || len(list) == 0 {
		return f
	}
	words := []say.Text{say.Of("PocketBase did not save %s.", w.name())}
	for _, one := range list {
		words = append(words, say.Raw(one.String()))
	}
	return rest.NewFault(report.FaultRefused, "", say.Join(words...),
		say.Of("The account has a value that its collection does not allow. Put it right in PocketBase's dashboard, or "+
			"give the account a new password there, which signs it out as well. PocketBase said: %s",
			rest.Sentence(message)), errors.New("the account cannot be saved"))
}
