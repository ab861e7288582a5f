package authentik

import (
	"errors"
	"net/http"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// masked hides the secrets that were sent, should authentik repeat them.
func (w write) masked(a answer) answer {
	a.Body = []byte(secret.Hide(string(a.Body), w.secrets...))
	return a
}

// refusal puts an answer that refused a write into words.
func (c Writer) refusal(w write, a answer) error {
	a = w.masked(a)
	if f := c.generalFault(w.need, a); f != nil {
		return f
	}
	err := errorOf(w.need, a)
	switch a.Status {
	case http.StatusForbidden:
		return forbidden("The authentik token may not "+w.verb+" the "+w.need.what+".", withPermission(w.need, a), err)
	case http.StatusNotFound:
		return fault(link.FaultStale, w.need.field, "The "+w.need.what+
			" no longer exists, or the token may not see it.",
			"Plan again to see the current state.", err)
	}
	field, words := w.refusedFields(a)
	if words == "" {
		words = "it gave no reason"
	}
	return fault(link.FaultRefused, field, "authentik refused to "+w.verb+" the "+w.need.what+": "+words+".",
		"Change the value and plan again.", err)
}

// refusedFields puts the complaints into words and names the first spec field
// among them.
func (w write) refusedFields(a answer) (field, words string) {
	var sentences []string
	for _, one := range complaints(a.Body) {
		label, path := fieldOf(w.part, one.path)
		if field == "" {
			field = path
		}
		text := strings.TrimRight(one.text, ".")
		if strings.Contains(text, "must_created") {
			text = "it already exists" // the blueprint's words for a name that is taken
		}
		if label != "" {
			text = label + ": " + text
		}
		sentences = append(sentences, text)
	}
	if field == "" {
		field = w.need.field
	}
	return field, strings.Join(sentences, "; ")
}

// withPermission takes the permission from the answer where that names what
// may not be created, as the transactional endpoint does.
func withPermission(n need, a answer) need {
	for _, one := range complaints(a.Body) {
		_, model, found := strings.Cut(one.text, "permission to create ")
		app, name, both := strings.Cut(strings.TrimRight(model, "."), ".")
		if found && both && !strings.ContainsAny(name, " .") {
			n.perm = app + ".add_" + name
		}
	}
	return n
}

func unknownFault(w write, err error) error {
	return fault(link.FaultUnknown, "", "It is unclear whether authentik "+w.verb+"d the "+w.need.what+".",
		"Check that authentik is reachable, then plan again: anything already created will be found.", err)
}

// unseenFault is for a write that authentik reported as done but that cannot
// be read back.
func unseenFault(w write, err error) error {
	todo := "Plan again to see the current state."
	if lacks, ok := errors.AsType[*missingPermission](err); ok {
		todo = "Give the token's role the permission " + lacks.perm + ", then plan again."
	}
	return fault(link.FaultUnknown, "", "authentik reports that it "+w.verb+"d the "+w.need.what+
		", but the result cannot be read back.", todo, err)
}

func storedOtherwiseFault(w write, found finding) error {
	summary := "authentik reports that it " + w.verb + "d the " + w.need.what + ", but it does not exist."
	if found.presence == different {
		summary = "authentik stored the " + w.need.what + " with different values: " + strings.Join(found.differs,
			", ") + "."
		if len(found.differs) == 0 {
			summary = "authentik reports that it " + w.verb + "d the " + w.need.what + ", but it still exists."
		}
	}
	f := fault(link.FaultUnknown, "", summary, "Check it in authentik, then plan again.", nil)
	if len(found.differs) > 0 {
		f.Written = link.WrittenSome
	}
	return f
}

func differentFault(w write, found finding) error {
	return fault(link.FaultStale, w.need.field, "The "+w.need.what+" exists with different values: "+
		strings.Join(found.differs, ", ")+".",
		"Check it in authentik, then plan again.", nil)
}

func (c Writer) gaveUpFault(w write, a answer) error {
	a = w.masked(a)
	kind, why := link.FaultOther, "It answered without a result."
	err := errorOf(w.need, a)
	if f := c.generalFault(w.need, a); f != nil {
		kind, why = f.Kind, f.Summary
	}
	f := fault(kind, "", "authentik did not "+w.verb+" the "+w.need.what+" after several attempts.",
		"Check authentik's server log"+requestHint(a)+", then try again.", err)
	f.Details = []string{why}
	return f
}
