package journal

import (
	"errors"
	"fmt"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// planVersion is the version of the format of saved plans. Every change of the format, also of the states, needs a
// new one.
const planVersion = 1

// savedKey is the key of the plan in its file. Receipts have another.
const savedKey = "plan"

// planRecord is a plan in its file.
type planRecord struct {
	Meta
	Slug       string         `json:"slug"`
	Collection string         `json:"collection"`
	Taken      time.Time      `json:"taken"`     // when the systems were read, in UTC
	ClientID   string         `json:"client_id"` // generated for the plan
	Spec       specEntry      `json:"spec"`
	Changes    []changeRecord `json:"changes"`
	Warnings   []link.Warning `json:"warnings"`
}

// SavedPlan is a plan that was read from its file, without secrets.
type SavedPlan struct {
	Meta
	link.Plan
	// GivenSecret reports whether the plan's spec has a client secret, which is not kept.
	GivenSecret bool
}

// EncodePlan returns the file of a plan. It returns a *Fault if one of the plan's secrets, or one of the others, would
// be in it.
func EncodePlan(plan *link.Plan, meta Meta, others ...secret.Text) ([]byte, error) {
	q := plan.Spec.Query()
	rec := planRecord{Meta: meta, Slug: q.Slug, Collection: q.Collection, Taken: plan.Taken.UTC().Round(0),
		ClientID: plan.Generated.ClientID, Spec: packSpec(&plan.Spec, nil), Changes: []changeRecord{},
		Warnings: append([]link.Warning{}, plan.Warnings...)}
	r := &Receipt{secrets: append(secretsOf(*plan), others...)}
	for _, c := range plan.Changes {
		one, err := toChangeRecord(&Change{Change: c})
		if err != nil {
			return nil, fmt.Errorf("writing down %s: %w", c.ID(), err)
		}
		rec.Changes, r.Changes = append(rec.Changes, one), append(r.Changes, Change{Change: c})
	}
	body, err := encodeJSON(rec)
	if err != nil {
		return nil, fmt.Errorf("writing a plan: %w", err)
	}
	if err := refuseSecrets(body, r); err != nil {
		return nil, err
	}
	return seal(savedKey, planVersion, body)
}

// DecodePlan reads the file of a plan. The error is a *Fault that reveals none of the file's values.
func DecodePlan(data []byte) (SavedPlan, error) {
	var rec planRecord
	body, err := unseal(savedKey, planVersion, data)
	if err == nil {
		err = decodeJSON(body, &rec)
	}
	saved := SavedPlan{Meta: rec.Meta, Plan: link.Plan{Warnings: rec.Warnings, Spec: rec.Spec.Spec, Taken: rec.Taken,
		Generated: link.Generated{ClientID: rec.ClientID, KeptID: true}, Of: rec.Of, Saved: true},
		GivenSecret: len(rec.Spec.NotKept) > 0}
	for i := 0; i < len(rec.Changes) && err == nil; i++ {
		var one Change
		one, err = fromChangeRecord(rec.Changes[i])
		saved.Changes = append(saved.Changes, one.Change)
	}
	switch {
	case errors.Is(err, ErrNewer):
		return SavedPlan{}, &Fault{Summary: say.Of("The plan was saved by a newer authpocket."),
			Todo: say.Of("Apply it with that version, or make the plan again with this one."), Err: err}
	case err != nil:
		return SavedPlan{}, &Fault{Summary: say.Of("This is not a plan that authpocket saved, or it was altered " +
			"since."),
			Todo: say.Of("Make the plan again with authpocket plan --out."), Err: err}
	}
	return saved, nil
}
