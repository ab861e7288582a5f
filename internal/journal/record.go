package journal

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// record is a receipt in the file.
type record struct {
	Receipt
	Spec    specEntry      `json:"spec"`
	Changes []changeRecord `json:"changes"`
	End     *End           `json:"end"`
}

type changeRecord struct {
	link.Change
	Step   string       `json:"step"`
	Lost   string       `json:"lost"`
	Before *packed      `json:"before"`
	After  *packed      `json:"after"`
	Steps  []stepRecord `json:"steps"`
}

type stepRecord struct {
	State   State                `json:"state"`
	When    time.Time            `json:"when"`
	IDs     map[link.Kind]string `json:"ids,omitempty"`
	After   *packed              `json:"after,omitempty"`
	Detail  string               `json:"detail,omitempty"`
	Summary say.Text             `json:"summary,omitzero"`
	Todo    say.Text             `json:"todo,omitzero"`
}

// specEntry is a spec in the file, without its client secret.
type specEntry struct {
	link.Spec
	NotKept []string `json:"not_kept"`
}

// packSpec leaves the client secret out. notKept names what was already left
// out, for a spec read from a file.
func packSpec(s *link.Spec, notKept []string) specEntry {
	if s.Provider.ClientSecret != nil {
		notKept = markSecret("provider.client_secret", *s.Provider.ClientSecret)
	}
	return specEntry{Spec: *s, NotKept: notKept}
}

func toRecord(r *Receipt) (record, error) {
	out := record{Receipt: *r, Spec: packSpec(&r.Spec, r.SpecNotKept), End: r.End, Changes: []changeRecord{}}
	for _, c := range r.Changes {
		one, err := toChangeRecord(&c)
		if err != nil {
			return record{}, fmt.Errorf("writing down %s: %w", c.ID(), err)
		}
		out.Changes = append(out.Changes, one)
	}
	return out, nil
}

func toChangeRecord(c *Change) (changeRecord, error) {
	out := changeRecord{Change: c.Change, Step: c.Step, Lost: c.Lost.String(), Steps: []stepRecord{}}
	out.Fields = each(c.Fields, asShown)
	var err error
	if out.Before, err = packAgain(c.Before, c.BeforeNotKept); err != nil {
		return out, err
	}
	if out.After, err = packAgain(c.After, c.AfterNotKept); err != nil {
		return out, err
	}
	for _, s := range c.Steps {
		one, err := toStepRecord(s)
		if err != nil {
			return out, err
		}
		out.Steps = append(out.Steps, one)
	}
	return out, nil
}

func toStepRecord(s Step) (out stepRecord, err error) {
	out = stepRecord{State: s.State, When: s.When, IDs: s.IDs, Detail: s.Detail, Summary: s.Summary,
		Todo: s.Todo}
	out.After, err = packAgain(s.After, s.AfterNotKept)
	return out, err
}

// asShown masks the values of a sensitive field, and has those of a rule read as rules.
func asShown(f link.Field) link.Field {
	as := func(v link.Shown) link.Shown { return v }
	if _, rule := link.Named(link.RuleAttrs(), f.Name); rule {
		as = link.AsRule
	}
	if f.Sensitive {
		as = link.AsMasked
	}
	f.Before, f.After = as(f.Before), as(f.After)
	return f
}

// packAgain packs a state whose secrets may already have been left out.
func packAgain(state link.Object, notKept []string) (*packed, error) {
	p, err := pack(state)
	if p != nil && p.NotKept == nil {
		p.NotKept = notKept
	}
	return p, err
}

func fromRecord(in record) (*Receipt, error) {
	r := &in.Receipt
	r.Spec, r.SpecNotKept, r.End = in.Spec.Spec, in.Spec.NotKept, in.End
	for _, c := range in.Changes {
		one, err := fromChangeRecord(c)
		if err != nil {
			return nil, err
		}
		r.Changes = append(r.Changes, one)
	}
	return r, r.validate()
}

func fromChangeRecord(in changeRecord) (out Change, err error) {
	out = Change{Change: in.Change, BeforeNotKept: in.Before.notKept(), AfterNotKept: in.After.notKept()}
	out.Step, out.Lost, out.Fields = in.Step, say.Raw(in.Lost), each(in.Fields, asShown)
	if out.Before, err = unpack(in.Before); err != nil {
		return out, err
	}
	if out.After, err = unpack(in.After); err != nil {
		return out, err
	}
	for _, s := range in.Steps {
		one, err := fromStepRecord(s)
		if err != nil {
			return out, err
		}
		out.Steps = append(out.Steps, one)
	}
	return out, nil
}

func fromStepRecord(in stepRecord) (out Step, err error) {
	out = Step{State: in.State, When: in.When, Note: Note{IDs: in.IDs, Detail: in.Detail},
		AfterNotKept: in.After.notKept(), Summary: in.Summary, Todo: in.Todo}
	out.After, err = unpack(in.After)
	return out, err
}

var idSyntax = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]{4,40}$`)
})

// validate returns an error for values that this version never writes.
func (r *Receipt) validate() error {
	switch {
	case !idSyntax().MatchString(r.ID):
		return fmt.Errorf("there is no receipt id %q", r.ID)
	case !slices.Contains(kinds(), r.Kind):
		return fmt.Errorf("there is no kind of apply %q", r.Kind)
	case r.End != nil && !slices.Contains(outcomes(), r.End.Outcome):
		return fmt.Errorf("there is no outcome %q", r.End.Outcome)
	}
	for _, c := range r.Changes {
		for _, s := range c.Steps {
			if !slices.Contains([]State{AboutTo, Done, Failed}, s.State) {
				return fmt.Errorf("there is no state %q", s.State)
			}
		}
	}
	return nil
}
