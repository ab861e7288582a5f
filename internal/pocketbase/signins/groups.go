package signins

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/signin"
)

// groups compares the fields that the exported hook sets with the groups in the claim. It reads the account as a
// superuser, who sees hidden fields and all related records. The result is empty if that fails, and nil without a
// claim.
func (c *SignIns) groups(ctx context.Context, d link.Desired, id string,
	claims map[string]json.RawMessage) []signin.GroupSeen {
	if len(d.Groups.Fields) == 0 {
		return nil
	}
	names := link.Each(d.Groups.Fields, func(g link.GroupField) string { return g.Field })
	var account map[string]json.RawMessage
	if err := c.Read(ctx, rest.Call{
		Path:  "/api/collections/" + url.PathEscape(d.Collection.Name) + "/records/" + url.PathEscape(id),
		Query: url.Values{"expand": {strings.Join(names, ",")}}}, &account); err != nil {
		return []signin.GroupSeen{}
	}
	var expanded map[string]json.RawMessage
	_ = json.Unmarshal(account["expand"], &expanded) // there is none without a related record
	return signin.SeeGroups(d.Groups, claims, account, func(g link.GroupField) []string {
		field := link.Find(d.Collection.Fields, func(f link.CollectionField) bool { return f.Name == g.Field })
		if field == nil || field.Type != link.FieldRelation {
			return nil
		}
		return relatedNames(expanded[g.Field], g.LookUp())
	})
}

// relatedNames returns a field of each related record, of which there is one or a list.
func relatedNames(raw json.RawMessage, field string) []string {
	names := []string{}
	var list []map[string]json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		var one map[string]json.RawMessage
		if json.Unmarshal(raw, &one) != nil {
			return names
		}
		list = append(list, one)
	}
	for _, record := range list {
		var name string
		_ = json.Unmarshal(record[field], &name)
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}
