package apply

import (
	"errors"
	"net/http"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// masked hides the secrets that were sent, in case authentik repeats them.
func (c *Writer) masked(a rest.Answer) rest.Answer {
	a.Body = []byte(secret.Hide(string(a.Body), c.secrets...))
	return a
}

// refusal returns the fault for an error response to a write.
func (c *Writer) refusal(w write, a rest.Answer) error {
	a = c.masked(a)
	if f := c.GeneralFault(w.need, a); f != nil {
		return f
	}
	err := rest.ErrorOf(w.need, a)
	switch a.Status {
	case http.StatusForbidden:
		return rest.Forbidden(w.verb.of(
			say.Of("The authentik token may not create the %s.", w.need.What),
			say.Of("The authentik token may not change the %s.", w.need.What),
			say.Of("The authentik token may not delete the %s.", w.need.What),
			say.Of("The authentik token may not set the password of the %s.", w.need.What)),
			withPermission(w.need, a), err)
	case http.StatusNotFound:
		return rest.NewFault(report.FaultStale, w.need.Field, say.Of("The %s no longer exists, or the token may not "+
			"see it.", w.need.What),
			say.Of("Plan again to see the current state."), err)
	}
	field, words := w.refusedFields(a)
	if w.kind == link.KindMapping { // its own decides, not the field of the answer
		field = w.need.Field
	}
	if words.Empty() {
		words = say.Of("it gave no reason")
	}
	return rest.NewFault(report.FaultRefused, field, w.verb.of(
		say.Of("authentik refused to create the %s: %s.", w.need.What, words),
		say.Of("authentik refused to change the %s: %s.", w.need.What, words),
		say.Of("authentik refused to delete the %s: %s.", w.need.What, words),
		say.Of("authentik refused to set the password of the %s: %s.", w.need.What, words)),
		say.Of("Change the value and plan again."), err)
}

// refusedFields returns the validation errors as text, and the first field of the spec among them.
func (w write) refusedFields(a rest.Answer) (field string, words say.Text) {
	var sentences []say.Text
	for _, one := range rest.Complaints(a.Body) {
		label, path := rest.FieldOf(w.kind, one.Path)
		if field == "" {
			field = path
		}
		text := say.Raw(strings.TrimRight(one.Text, "."))
		if strings.Contains(one.Text, "must_created") {
			text = say.Of("it already exists") // the blueprint importer's message for a name that is taken
		}
		if label != "" {
			text = say.Of("%s: %s", label, text)
		}
		sentences = append(sentences, text)
	}
	if field == "" {
		field = w.need.Field
	}
	return field, say.Series(sentences...)
}

// withPermission sets the permission from the response if that names the model, as in the transactional
// endpoint.
func withPermission(n rest.Need, a rest.Answer) rest.Need {
	for _, one := range rest.Complaints(a.Body) {
		_, model, found := strings.Cut(one.Text, "permission to create ")
		app, name, both := strings.Cut(strings.TrimRight(model, "."), ".")
		if found && both && !strings.ContainsAny(name, " .") {
			n.Perm = report.Permission(app + ".add_" + name)
		}
	}
	return n
}

// unknownFault returns the fault for a write whose outcome is not known, because of err.
func unknownFault(w write, err error) error {
	todo := say.Of("Check that authentik is reachable, then plan again: anything already created will be found.")
	why, known := errors.AsType[*report.Fault](err)
	if known {
		todo = say.Join(why.Todo, say.Of("Then plan again: anything already created will be found."))
	}
	f := rest.NewFault(report.FaultUnknown, "", w.verb.of(
		say.Of("It is unclear whether authentik created the %s.", w.need.What),
		say.Of("It is unclear whether authentik changed the %s.", w.need.What),
		say.Of("It is unclear whether authentik deleted the %s.", w.need.What),
		say.Of("It is unclear whether authentik set the password of the %s.", w.need.What)), todo, err)
	if known {
		f.Details = []say.Text{why.Summary}
	}
	return f
}

// unseenFault returns the fault for a write that authentik reported as done but that can't be read back.
func unseenFault(w write, err error) error {
	todo := say.Of("Plan again to see the current state.")
	if lacks, ok := errors.AsType[*rest.MissingPermission](err); ok {
		todo = say.Of("Give the token's role the permission %s, then plan again.", string(lacks.Perm))
	}
	return rest.NewFault(report.FaultUnknown, "", w.verb.of(
		say.Of("authentik reports that it created the %s, but the result cannot be read back.", w.need.What),
		say.Of("authentik reports that it changed the %s, but the result cannot be read back.", w.need.What),
		say.Of("authentik reports that it deleted the %s, but the result cannot be read back.", w.need.What),
		say.Of("authentik reports that it set the password of the %s, but the result cannot be read back.",
			w.need.What)), todo, err)
}

// hiddenFault returns the fault for a client secret that was written and is not shown.
func hiddenFault(w write) error {
	wrote := say.Of("authentik changed the %s.", w.need.What)
	if w.verb == create {
		wrote = say.Of("authentik created the %s.", w.need.What)
	}
	return rest.SecretNotShown(wrote)
}

func storedOtherwiseFault(w write, found finding) error {
	if found.hidden {
		return hiddenFault(w)
	}
	summary := say.Of("authentik reports that it changed the %s, but it does not exist.", w.need.What)
	switch {
	case found.presence == different && len(found.differs) == 0:
		summary = say.Of("authentik reports that it deleted the %s, but it still exists.", w.need.What)
	case found.presence == different:
		summary = say.Of("authentik stored the %s with different values: %s.", w.need.What, strings.Join(found.differs,
			", "))
	case w.verb == create:
		summary = say.Of("authentik reports that it created the %s, but it does not exist.", w.need.What)
	}
	f := rest.NewFault(report.FaultUnknown, "", summary, say.Of("Check it in authentik, then plan again."), nil)
	if len(found.differs) > 0 {
		f.Written = report.WrittenSome
	}
	return f
}

func differentFault(w write, found finding) error {
	if found.hidden {
		return hiddenFault(w)
	}
	return rest.NewFault(report.FaultStale, w.need.Field, say.Of("The %s exists with different values: %s.",
		w.need.What,
		strings.Join(found.differs, ", ")),
		say.Of("Check it in authentik, then plan again."), nil)
}

func (c *Writer) gaveUpFault(w write, a rest.Answer) error {
	a = c.masked(a)
	kind, why, todo := report.FaultOther, say.Of("It responded without a result."), rest.CheckLog(a)
	err := rest.ErrorOf(w.need, a)
	if f := c.NotResult(w.need, a); f != nil {
		kind, why, todo = f.Kind, f.Summary, f.Todo
	}
	f := rest.NewFault(kind, "", w.verb.of(
		say.Of("authentik did not create the %s after several attempts.", w.need.What),
		say.Of("authentik did not change the %s after several attempts.", w.need.What),
		say.Of("authentik did not delete the %s after several attempts.", w.need.What),
		say.Of("authentik did not set the password of the %s after several attempts.", w.need.What)),
		todo, err)
	f.Details = []say.Text{why}
	return f
}
