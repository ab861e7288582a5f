package signins

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Holds reports whether a record of the link's collection has the value in the field, without regard to the case of
// ASCII letters if anyCase, as SQLite's NOCASE compares. A value that is no text is given as JSON. Its error is a
// *report.Fault.
func (c *SignIns) Holds(ctx context.Context, d link.Desired, field, value string, anyCase bool) (bool, error) {
	now, err := c.Collection(ctx, d)
	if err != nil {
		return false, err
	}
	named := func(f link.CollectionField) bool { return f.Name == field }
	filter, known := lookupTyped(link.Find(now.Fields, named), value)
	switch {
	case !known:
		return false, rest.NewFault(report.FaultOther, "", say.Of("Which records have a value in the field %s can't "+
			"be looked up.", field), say.Of("Run a test sign-in instead."), errors.New("no filter"))
	case filter == "" && anyCase:
		filter = lookupAnyCase(field, value)
	case filter == "":
		filter = lookup(field, value)
	}
	found, _, err := c.users(ctx, &d, filter)
	for _, one := range found {
		if held := textOf(one.values[field]); held == value || anyCase && strings.EqualFold(held, value) {
			return true, nil
		}
	}
	return false, err
}

// Exists reports whether a collection, given by its ID, has a record. Its error is a *report.Fault.
func (c *SignIns) Exists(ctx context.Context, collection, record string) (bool, error) {
	var got rest.List[struct {
		ID string `json:"id"`
	}]
	query := url.Values{"filter": {lookup("id", record)}, "perPage": {"100"}, "skipTotal": {"1"}, "fields": {"id"}}
	path := "/api/collections/" + url.PathEscape(collection) + "/records"
	err := c.Read(ctx, rest.Call{Path: path, Query: query}, &got)
	for _, one := range got.Items {
		if one.ID == record {
			return true, nil
		}
	}
	return false, err
}

// lookupTyped returns the filter for a value of a field that holds no text, empty for other fields. known is false for
// values that no filter of PocketBase finds.
func lookupTyped(f *link.CollectionField, value string) (filter string, known bool) {
	if f == nil {
		return "", true
	}
	var options struct {
		MaxSelect int `json:"maxSelect"`
	}
	_ = json.Unmarshal(f.Options, &options) // without options, it is a single value
	var place struct{ Lon, Lat json.Number }
	switch {
	case f.Type == "number", f.Type == "bool":
		return f.Name + "=" + value, json.Valid([]byte(value))
	case f.Type == "geoPoint" && json.Unmarshal([]byte(value), &place) == nil:
		return f.Name + ".lon=" + place.Lon.String() + " && " + f.Name + ".lat=" + place.Lat.String(), true
	case f.Type == "geoPoint":
		return "", false
	case options.MaxSelect < 2:
		return "", true
	case value == "[]":
		return f.Name + ":length=0", true
	}
	return several(f.Name, value)
}

// several returns the filter for records that hold all values of the list in a field, and perhaps more.
func several(field, list string) (filter string, known bool) {
	var values []string
	if json.Unmarshal([]byte(list), &values) != nil || strings.ContainsAny(list, `\'`) {
		return "", false
	}
	parts := make([]string, len(values))
	for i, value := range values {
		parts[i] = field + `?~"` + value + `"`
	}
	return strings.Join(parts, " && "), true
}

// textOf returns a value of a record as text: that of a JSON string, or JSON without spaces.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
		return text
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return string(raw)
	}
	return compact.String()
}
