package apply

import (
	"errors"
	"net/http"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// masked hides the secrets that were sent, in case authentik repeats them.
func (c Writer) masked(a rest.Answer) rest.Answer {
	a.Body = []byte(secret.Hide(string(a.Body), c.secrets...))
	return a
}

// refusal returns the fault for an error response to a write.
func (c Writer) refusal(w write, a rest.Answer) error {
	a = c.masked(a)
	if f := c.GeneralFault(w.need, a); f != nil {
		return f
	}
	err := rest.ErrorOf(w.need, a)
	switch a.Status {
	case http.StatusForbidden:
		return rest.Forbidden("The authentik token may not "+w.verb+" the "+w.need.What+".", withPermission(w.need, a),
			err)
	case http.StatusNotFound:
		return rest.NewFault(link.FaultStale, w.need.Field, "The "+w.need.What+
			" no longer exists, or the token may not see it.",
			"Plan again to see the current state.", err)
	}
	field, words := w.refusedFields(a)
	if words == "" {
		words = "it gave no reason"
	}
	return rest.NewFault(link.FaultRefused, field, "authentik refused to "+w.verb+" the "+w.need.What+": "+words+".",
		"Change the value and plan again.", err)
}

// refusedFields returns the validation errors as text, and the first field of the spec among them.
func (w write) refusedFields(a rest.Answer) (field, words string) {
	var sentences []string
	for _, one := range rest.Complaints(a.Body) {
		label, path := rest.FieldOf(w.kind, one.Path)
		if field == "" {
			field = path
		}
		text := strings.TrimRight(one.Text, ".")
		if strings.Contains(text, "must_created") {
			text = "it already exists" // the blueprint importer's message for a name that is taken
		}
		if label != "" {
			text = label + ": " + text
		}
		sentences = append(sentences, text)
	}
	if field == "" {
		field = w.need.Field
	}
	return field, strings.Join(sentences, "; ")
}

// withPermission sets the permission from the response if that names the model, as in the transactional
// endpoint.
func withPermission(n rest.Need, a rest.Answer) rest.Need {
	for _, one := range rest.Complaints(a.Body) {
		_, model, found := strings.Cut(one.Text, "permission to create ")
		app, name, both := strings.Cut(strings.TrimRight(model, "."), ".")
		if found && both && !strings.ContainsAny(name, " .") {
			n.Perm = link.Permission(app + ".add_" + name)
		}
	}
	return n
}

func unknownFault(w write, err error) error {
	return rest.NewFault(link.FaultUnknown, "", "It is unclear whether authentik "+w.verb+"d the "+w.need.What+".",
		"Check that authentik is reachable, then plan again: anything already created will be found.", err)
}

// unseenFault returns the fault for a write that authentik reported as done but that can't be read back.
func unseenFault(w write, err error) error {
	todo := "Plan again to see the current state."
	if lacks, ok := errors.AsType[*rest.MissingPermission](err); ok {
		todo = "Give the token's role the permission " + string(lacks.Perm) + ", then plan again."
	}
	return rest.NewFault(link.FaultUnknown, "", "authentik reports that it "+w.verb+"d the "+w.need.What+
		", but the result cannot be read back.", todo, err)
}

// hiddenFault returns the fault for a client secret that was written and is not shown, so that PocketBase must not get
// it: authentik may have ignored it.
func hiddenFault(w write) error {
	f := rest.NewFault(link.FaultOther, "", "authentik "+w.verb+"d the "+w.need.What+". "+link.SecretsElsewhere,
		link.SecretsElsewhereTodo, nil)
	f.Written = link.WrittenSome
	return f
}

func storedOtherwiseFault(w write, found finding) error {
	if found.hidden {
		return hiddenFault(w)
	}
	summary := "authentik reports that it " + w.verb + "d the " + w.need.What + ", but it does not exist."
	if found.presence == different {
		summary = "authentik stored the " + w.need.What + " with different values: " + strings.Join(found.differs,
			", ") + "."
		if len(found.differs) == 0 {
			summary = "authentik reports that it " + w.verb + "d the " + w.need.What + ", but it still exists."
		}
	}
	f := rest.NewFault(link.FaultUnknown, "", summary, "Check it in authentik, then plan again.", nil)
	if len(found.differs) > 0 {
		f.Written = link.WrittenSome
	}
	return f
}

func differentFault(w write, found finding) error {
	if found.hidden {
		return hiddenFault(w)
	}
	return rest.NewFault(link.FaultStale, w.need.Field, "The "+w.need.What+" exists with different values: "+
		strings.Join(found.differs, ", ")+".",
		"Check it in authentik, then plan again.", nil)
}

func (c Writer) gaveUpFault(w write, a rest.Answer) error {
	a = c.masked(a)
	kind, why := link.FaultOther, "It responded without a result."
	err := rest.ErrorOf(w.need, a)
	if f := c.GeneralFault(w.need, a); f != nil {
		kind, why = f.Kind, f.Summary
	}
	f := rest.NewFault(kind, "", "authentik did not "+w.verb+" the "+w.need.What+" after several attempts.",
		"Check authentik's server log"+rest.RequestHint(a)+", then try again.", err)
	f.Details = []string{why}
	return f
}
