package signins

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

const externalAuths = "/api/collections/_externalAuths/records"

// externalAuth is a row of _externalAuths, which links a record with a subject.
type externalAuth struct {
	ID         string `json:"id"`
	RecordRef  string `json:"recordRef"`
	ProviderID string `json:"providerId"`
	Created    string `json:"created"`
}

// user is an auth record.
type user struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Verified bool   `json:"verified"`
	Created  string `json:"created"`
	values   map[string]json.RawMessage
}

// UnmarshalJSON decodes a record and keeps all its fields.
func (u *user) UnmarshalJSON(raw []byte) error {
	type plain user
	if err := json.Unmarshal(raw, (*plain)(u)); err != nil {
		return err
	}
	return json.Unmarshal(raw, &u.values)
}

func (u user) account(subject string) *signin.Account {
	return &signin.Account{ID: u.ID, Email: u.Email, Verified: u.Verified, LinkedSubject: subject, Values: u.values}
}

// Collection returns the current state of the link's collection. Its error is a *report.Fault, of kind
// report.FaultStale if the collection is gone.
func (c *SignIns) Collection(ctx context.Context, d link.Desired) (link.CollectionState, error) {
	now, err := c.FindCollection(ctx, d.Collection.ID, d.Collection.Name)
	switch {
	case err != nil:
		return link.CollectionState{}, err
	case now == nil:
		return link.CollectionState{}, rest.CollectionGone(d.Collection.Name)
	}
	return *now, nil
}

// Accounts returns the account linked to the subject through the link's slot, and the account with the e-mail address,
// each as PocketBase itself would find it, or nil. It takes two round trips.
func (c *SignIns) Accounts(ctx context.Context, d link.Desired, subject, email string) (bySubject,
	byEmail *signin.Account, err error) {
	bySubject, byEmail, err = c.Finds(ctx, d, subject, email)
	if bySubject != nil && bySubject.Gone {
		bySubject = nil
	}
	return bySubject, byEmail, err
}

// Finds is Accounts, but also returns an account that is gone while its link is still there.
func (c *SignIns) Finds(ctx context.Context, d link.Desired, subject, email string) (bySubject,
	byEmail *signin.Account, err error) {
	var row *externalAuth
	var found *user
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		row, err = c.linkOf(groupCtx, &d, subject)
		return err
	})
	group.Go(func() (err error) {
		found, err = c.userByEmail(groupCtx, d, email)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	group, groupCtx = errgroup.WithContext(ctx)
	if row != nil {
		group.Go(func() error {
			one, err := c.user(groupCtx, &d, row.RecordRef)
			switch {
			case one != nil:
				bySubject = one.account(subject)
			case err == nil:
				bySubject = &signin.Account{ID: row.RecordRef, LinkedSubject: subject, Gone: true}
			}
			return err
		})
	}
	if found != nil {
		group.Go(func() error {
			rows, err := c.links(groupCtx, &d, "recordRef="+rest.Quoted(found.ID))
			byEmail = found.account("")
			for _, one := range rows {
				byEmail.LinkedSubject = one.ProviderID
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	return bySubject, byEmail, nil
}

// ofSlot returns the filter for the links of the link's collection and slot.
func ofSlot(d *link.Desired) string {
	return "collectionRef=" + rest.Quoted(d.Collection.ID) + " && provider=" + rest.Quoted(d.Slot.Slot)
}

// lookup returns a filter that matches at least the rows whose field has the value. Versions differ in how they read
// backslashes and quotes in a filter, so a wildcard stands in for them, and the caller compares what was found.
func lookup(field, value string) string {
	open := strings.NewReplacer(`"`, "%", `'`, "%", `\`, "%", "\n", "%", "\r", "%", "\t", "%", "\x00",
		"%").Replace(value)
	if open == value {
		return field + `="` + value + `"`
	}
	return field + `~"` + open + `"`
}

// lookupAnyCase is lookup without regard to case. It matches from the beginning of the value only: PocketBase looks for
// a pattern without a wildcard anywhere, which may match more rows than an answer has.
func lookupAnyCase(field, value string) string {
	filter := strings.Replace(lookup(field, value), field+"=", field+"~", 1)
	if !strings.Contains(filter, "%") {
		filter = strings.TrimSuffix(filter, `"`) + `%"`
	}
	return filter
}

func (c *SignIns) links(ctx context.Context, d *link.Desired, filter string) ([]externalAuth, error) {
	var got rest.List[externalAuth]
	query := url.Values{"filter": {ofSlot(d) + " && " + filter}, "perPage": {"100"}, "skipTotal": {"1"},
		"fields": {"id,recordRef,providerId,created"}}
	err := c.Read(ctx, rest.Call{Path: externalAuths, Query: query}, &got)
	return got.Items, err
}

func (c *SignIns) linkOf(ctx context.Context, d *link.Desired, subject string) (*externalAuth, error) {
	if subject == "" {
		return nil, nil
	}
	rows, err := c.links(ctx, d, lookup("providerId", subject))
	for _, row := range rows {
		if row.ProviderID == subject {
			return &row, err
		}
	}
	return nil, err
}

func (c *SignIns) users(ctx context.Context, d *link.Desired, filter string) ([]user, time.Duration, error) {
	var got rest.List[user]
	query := url.Values{"filter": {filter}, "perPage": {"100"}, "skipTotal": {"1"}}
	path := "/api/collections/" + url.PathEscape(d.Collection.Name) + "/records"
	ahead, err := c.ReadWithClock(ctx, rest.Call{Path: path, Query: query}, &got)
	return got.Items, ahead, err
}

func (c *SignIns) user(ctx context.Context, d *link.Desired, id string) (*user, error) {
	users, _, err := c.users(ctx, d, lookup("id", id))
	for _, one := range users {
		if one.ID == id {
			return &one, err
		}
	}
	return nil, err
}

// userByEmail returns the user with the address, compared as the collection's index compares, or nil.
func (c *SignIns) userByEmail(ctx context.Context, d link.Desired, email string) (*user, error) {
	if email == "" {
		return nil, nil
	}
	var users []user
	var anyCase bool
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		users, _, err = c.users(ctx, &d, lookupAnyCase("email", email))
		return err
	})
	group.Go(func() (err error) {
		anyCase, err = c.emailsInAnyCase(ctx, &d)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, one := range users {
		if one.Email == email || anyCase && strings.EqualFold(one.Email, email) {
			return &one, nil
		}
	}
	return nil, nil
}

// Versions returns the oldest and the newest version that this PocketBase may have. An empty newest is not bounded.
func (c *SignIns) Versions() (oldest, newest string) { return c.Release().Versions() }

// emailsInAnyCase reports whether the first unique index on the address alone ignores case, which is how PocketBase
// decides (core/record_query.go).
func (c *SignIns) emailsInAnyCase(ctx context.Context, d *link.Desired) (bool, error) {
	now, err := c.FindCollection(ctx, d.Collection.ID, d.Collection.Name)
	if err != nil || now == nil {
		return false, err
	}
	for _, index := range now.Indexes {
		if columns, unique := uniqueColumns(index); unique && len(columns) == 1 && isEmailColumn(columns[0]) {
			return strings.Contains(strings.ToLower(columns[0]), "nocase"), nil
		}
	}
	return false, nil
}

// uniqueColumns returns the columns of a CREATE UNIQUE INDEX statement.
func uniqueColumns(statement string) (columns []string, unique bool) {
	head, rest, found := strings.Cut(statement, "(")
	if !found || !strings.Contains(strings.ToUpper(head), "UNIQUE") {
		return nil, false
	}
	inner, _, _ := strings.Cut(rest, ")")
	return strings.Split(inner, ","), true
}

func isEmailColumn(column string) bool {
	words := strings.Fields(strings.Trim(column, " "))
	return len(words) > 0 && strings.EqualFold(strings.Trim(words[0], "`\"[]'"), "email")
}

// MadeSince returns nil if a sign-in through the link's slot created the account after since, by this machine's clock.
// Otherwise it returns a *report.Fault that says why not, or why authpocket cannot tell.
func (c *SignIns) MadeSince(ctx context.Context, d link.Desired, id string, since time.Time) error {
	there, err := c.madeSince(ctx, &d, id, since, false)
	if err == nil && !there {
		return rest.NewFault(report.FaultStale, "", say.Of("The account %s no longer exists.", id),
			say.Of("Nothing to do."),
			errors.New("no such account"))
	}
	return err
}

// MadeBetween returns the IDs of accounts that sign-ins through the link's slot created between two times of this
// machine's clock. Its error is a *report.Fault.
func (c *SignIns) MadeBetween(ctx context.Context, d link.Desired, from, to time.Time) (ids []string, err error) {
	ahead, err := c.ClockOffset(ctx)
	if err != nil {
		return nil, err
	}
	at := func(t time.Time) string { return rest.Quoted(t.Add(ahead).UTC().Format("2006-01-02 15:04:05.000Z")) }
	rows, err := c.links(ctx, &d, "created>="+at(from.Add(-2*time.Second))+" && created<="+at(to))
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		found, err := c.user(ctx, &d, row.RecordRef)
		if err != nil {
			return nil, err
		}
		if found != nil && notOurs(*found, []externalAuth{row}, from.Add(ahead-2*time.Second), true) == nil {
			ids = append(ids, row.RecordRef)
		}
	}
	return ids, nil
}

// madeSince reports whether the account exists; its error says why the test did not create it. told reports whether
// PocketBase itself, on signing the person in, said that the account was new.
func (c *SignIns) madeSince(ctx context.Context, d *link.Desired, id string, since time.Time, told bool,
) (there bool, err error) {
	found, ahead, err := c.users(ctx, d, "id="+rest.Quoted(id))
	if err != nil {
		return false, err
	}
	if len(found) == 0 || found[0].ID != id {
		return false, nil
	}
	rows, err := c.links(ctx, d, "recordRef="+rest.Quoted(id))
	if err != nil {
		return true, err
	}
	// The server's date has whole seconds, and so does ahead.
	if f := notOurs(found[0], rows, since.Add(ahead-2*time.Second), told); f != nil {
		return true, f
	}
	return true, nil
}

// DeleteAccount deletes an account that a test sign-in created, and its links. It refuses an account older than since,
// by this machine's clock, which the test cannot have created. told reports whether PocketBase itself said that the
// account was new, for collections that keep no times. Its error is a *report.Fault.
func (c *SignIns) DeleteAccount(ctx context.Context, d link.Desired, id string, since time.Time, told bool) error {
	there, err := c.madeSince(ctx, &d, id, since, told)
	if err != nil || !there {
		return err
	}
	a := c.Wire.Send(ctx, c.Signed(rest.Call{Method: http.MethodDelete, Path: recordPath(d.Collection.Name, id)}))
	if a.Status != http.StatusNoContent && a.Status != http.StatusNotFound {
		return c.Unexpected(a)
	}
	return c.deleteLinks(ctx, &d, id)
}

func recordPath(collection, id string) string {
	return "/api/collections/" + url.PathEscape(collection) + "/records/" + url.PathEscape(id)
}

// notOurs returns the fault for an account that the test did not create, or nil if it did.
func notOurs(one user, rows []externalAuth, earliest time.Time, told bool) *report.Fault {
	made := rest.LogTime(one.Created)
	refuse := func(why say.Text) *report.Fault {
		return rest.NewFault(report.FaultRefused, "", why,
			say.Of("If you want to delete it, use PocketBase's dashboard."), errors.New("not an account of the test"))
	}
	if made.IsZero() && !told {
		return refuse(say.Of("The account is not deleted: its collection has no creation date, so authpocket cannot " +
			"tell whether the test created it."))
	}
	if !made.IsZero() && made.Before(earliest) {
		return refuse(say.Of("The account is not deleted: it existed before the test."))
	}
	if len(rows) != 1 || rest.LogTime(rows[0].Created).Before(earliest) {
		return refuse(say.Of("The account is not deleted: it was not created by a sign-in through this link's slot."))
	}
	return nil
}

// deleteLinks deletes the remaining links of the account. PocketBase since 0.23 deletes them with the account.
func (c *SignIns) deleteLinks(ctx context.Context, d *link.Desired, id string) error {
	rows, err := c.links(ctx, d, "recordRef="+rest.Quoted(id))
	if err != nil {
		return err
	}
	for _, row := range rows {
		a := c.Wire.Send(ctx,
			c.Signed(rest.Call{Method: http.MethodDelete, Path: recordPath("_externalAuths", row.ID)}))
		if a.Status != http.StatusNoContent && a.Status != http.StatusNotFound {
			return c.Unexpected(a)
		}
	}
	return nil
}
