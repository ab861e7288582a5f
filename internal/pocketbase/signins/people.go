package signins

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/wire"
)

const (
	// linkedPage is how many links are read at a time: PocketBase's maximum.
	linkedPage = 1000
	// idsPage is how many records are asked for by ID at a time. PocketBase limits the length of filters.
	idsPage = 100
)

// EachLinked visits the accounts that are linked through the link's slot, page by page, and keeps none. Its error is a
// *report.Fault.
func (c *SignIns) EachLinked(ctx context.Context, d link.Desired, visit func(account, subject string)) error {
	ctx = wire.Alone(ctx)
	for last := ""; ; { // from one ID to the next: a page moves when a link before it is deleted
		var got rest.List[externalAuth]
		query := url.Values{"filter": {ofSlot(&d) + " && id>" + rest.Quoted(last)}, "sort": {"id"},
			"perPage": {strconv.Itoa(linkedPage)}, "skipTotal": {"1"}, "fields": {"id,recordRef,providerId"}}
		if err := c.Read(ctx, rest.Call{Path: externalAuths, Query: query}, &got); err != nil {
			return err
		}
		for _, row := range got.Items {
			visit(row.RecordRef, row.ProviderID)
			last = row.ID
		}
		if len(got.Items) < linkedPage {
			return nil
		}
	}
}

// LinkedAccounts returns the accounts with these IDs, as far as they exist and are linked through the link's slot. Its
// error is a *report.Fault.
func (c *SignIns) LinkedAccounts(ctx context.Context, d link.Desired, ids []string) ([]people.Account, error) {
	ctx = wire.Alone(ctx)
	var all []people.Account
	for len(ids) > 0 {
		n := min(len(ids), idsPage)
		some, err := c.linkedAccounts(ctx, &d, ids[:n])
		if err != nil {
			return nil, err
		}
		all, ids = append(all, some...), ids[n:]
	}
	return all, nil
}

func (c *SignIns) linkedAccounts(ctx context.Context, d *link.Desired, ids []string) ([]people.Account, error) {
	var rows rest.List[externalAuth]
	query := url.Values{"filter": {ofSlot(d) + " && (" + anyOf("recordRef", ids) + ")"},
		"perPage": {strconv.Itoa(linkedPage)}, "skipTotal": {"1"}, "fields": {"recordRef,providerId"}}
	if err := c.Read(ctx, rest.Call{Path: externalAuths, Query: query}, &rows); err != nil {
		return nil, err
	}
	var records rest.List[struct {
		ID      string `json:"id"`
		Email   string `json:"email"`
		Updated string `json:"updated"`
	}]
	query = url.Values{"filter": {anyOf("id", ids)}, "perPage": {strconv.Itoa(linkedPage)}, "skipTotal": {"1"},
		"fields": {"id,email,updated"}}
	path := "/api/collections/" + url.PathEscape(d.Collection.Name) + "/records"
	if err := c.Read(ctx, rest.Call{Path: path, Query: query}, &records); err != nil {
		return nil, err
	}
	subjects := map[string]string{}
	for _, row := range rows.Items {
		subjects[row.RecordRef] = row.ProviderID
	}
	var found []people.Account
	for _, r := range records.Items {
		if subject, linked := subjects[r.ID]; linked {
			found = append(found, people.Account{ID: r.ID, Email: r.Email, Subject: subject, Updated: r.Updated})
		}
	}
	return found, nil
}

// anyOf returns the filter for the records whose field has one of the values, which are IDs.
func anyOf(field string, values []string) string {
	return strings.Join(link.Each(values, func(v string) string { return field + "=" + rest.Quoted(v) }), "||")
}
