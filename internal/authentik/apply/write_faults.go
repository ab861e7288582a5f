package apply

import (
	"errors"
	"net/http"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/say"
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
		return rest.Forbidden(say.Of("The authentik token may not %s the %s.", w.verb, w.need.What),
			withPermission(w.need, a),
			err)
	case http.StatusNotFound:
		return rest.NewFault(link.FaultStale, w.need.Field, say.Of("The %s no longer exists, or the token may not "+
			"see it.", w.need.What),
			say.Of("Plan again to see the current state."), err)
	}
	field, words := w.refusedFields(a)
	if words == "" {
		words = "it gave no reason"
	}
	return rest.NewFault(link.FaultRefused, field, say.Of("authentik refused to %s the %s: %s.", w.verb, w.need.What,
		words),
		say.Of("Change the value and plan again."), err)
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
	return rest.NewFault(link.FaultUnknown, "", say.Of("It is unclear whether authentik %sd the %s.", w.verb,
		w.need.What),
		say.Of("Check that authentik is reachable, then plan again: anything already created will be found."), err)
}

// unseenFault returns the fault for a write that authentik reported as done but that can't be read back.
func unseenFault(w write, err error) error {
	todo := say.Of("Plan again to see the current state.")
	if lacks, ok := errors.AsType[*rest.MissingPermission](err); ok {
		todo = say.Of("Give the token's role the permission %s, then plan again.", string(lacks.Perm))
	}
	return rest.NewFault(link.FaultUnknown, "", say.Of("authentik reports that it %sd the %s, but the result cannot "+
		"be read back.", w.verb, w.need.What), todo, err)
}

// hiddenFault returns the fault for a client secret that was written and is not shown, so that PocketBase must not get
// it: authentik may have ignored it.
func hiddenFault(w write) error {
	f := rest.NewFault(link.FaultOther, "", say.Of("authentik %sd the %s. %s", w.verb, w.need.What,
		link.SecretsElsewhere),
		say.Of(link.SecretsElsewhereTodo), nil)
	f.Written = link.WrittenSome
	return f
}

func storedOtherwiseFault(w write, found finding) error {
	if found.hidden {
		return hiddenFault(w)
	}
	summary := say.Of("authentik reports that it %sd the %s, but it does not exist.", w.verb, w.need.What)
	if found.presence == different {
		summary = say.Of("authentik stored the %s with different values: %s.", w.need.What, strings.Join(found.differs,
			", "))
		if len(found.differs) == 0 {
			summary = say.Of("authentik reports that it %sd the %s, but it still exists.", w.verb, w.need.What)
		}
	}
	f := rest.NewFault(link.FaultUnknown, "", summary, say.Of("Check it in authentik, then plan again."), nil)
	if len(found.differs) > 0 {
		f.Written = link.WrittenSome
	}
	return f
}

func differentFault(w write, found finding) error {
	if found.hidden {
		return hiddenFault(w)
	}
	return rest.NewFault(link.FaultStale, w.need.Field, say.Of("The %s exists with different values: %s.", w.need.What,
		strings.Join(found.differs, ", ")),
		say.Of("Check it in authentik, then plan again."), nil)
}

func (c Writer) gaveUpFault(w write, a rest.Answer) error {
	a = c.masked(a)
	kind, why := link.FaultOther, say.Of("It responded without a result.")
	err := rest.ErrorOf(w.need, a)
	if f := c.GeneralFault(w.need, a); f != nil {
		kind, why = f.Kind, f.Summary
	}
	f := rest.NewFault(kind, "", say.Of("authentik did not %s the %s after several attempts.", w.verb, w.need.What),
		say.Of("Check authentik's server log%s, then try again.", rest.RequestHint(a)), err)
	f.Details = []say.Text{why}
	return f
}
