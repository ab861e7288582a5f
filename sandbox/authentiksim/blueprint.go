package authentiksim

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
)

// blueprintModel is what importing a blueprint needs of a noun.
type blueprintModel interface {
	// permission names what somebody needs to do something with the noun.
	permission(verb string) string
	// findBy is the key of the first row that has these values; nil if there is none.
	findBy(c *call, values obj) (key any, err error)
	// put creates a row, or changes the one with a key, and answers its key.
	put(c *call, key any, in obj) (any, obj)
	// drop deletes the row with a key.
	drop(c *call, key any)
}

// blueprintModels are the nouns a blueprint can hold here. A real authentik
// knows many more.
func blueprintModels() map[string]blueprintModel {
	return map[string]blueprintModel{
		"authentik_providers_oauth2.scopemapping":   mappingResource,
		"authentik_providers_oauth2.oauth2provider": providerResource,
		"authentik_core.application":                applicationResource,
		"authentik_core.group":                      groupResource,
		"authentik_policies.policybinding":          bindingResource,
		"authentik_flows.flow":                      flowResource,
		"authentik_crypto.certificatekeypair":       keyResource,
	}
}

func (r *resource[T]) findBy(c *call, values obj) (any, error) {
	for _, row := range r.rows(c.st) {
		rendered, err := r.render(c, row)
		if err != nil {
			return nil, err
		}
		if hasAll(rendered, values) {
			return rendered["pk"], nil
		}
	}
	return nil, nil
}

// hasAll tells whether an object has all these values. Numbers compare by value.
func hasAll(object, values obj) bool {
	for key, value := range values {
		have := object[key]
		if n, isInt := have.(int); isInt {
			have = float64(n)
		}
		if n, isInt := value.(int); isInt {
			value = float64(n)
		}
		if !reflect.DeepEqual(have, value) {
			return false
		}
	}
	return true
}

func (r *resource[T]) byKey(c *call, key any) *T {
	for _, row := range r.rows(c.st) {
		if r.key(row) == fmt.Sprint(key) {
			return row
		}
	}
	return nil
}

func (r *resource[T]) put(c *call, key any, in obj) (any, obj) {
	if key == nil {
		row := r.fresh(c)
		if errs := r.fill(c, row, in, false); len(errs) > 0 {
			return nil, errs
		}
		r.add(c, row)
		return r.ownKey(row), nil
	}
	row := r.byKey(c, key)
	before, next := *row, *row
	if errs := r.fill(c, &next, in, true); len(errs) > 0 {
		return nil, errs
	}
	*row = next
	if r.saved != nil {
		r.saved(c, &before, row)
	}
	return key, nil
}

// ownKey is a row's key in the type the API writes it.
func (r *resource[T]) ownKey(row *T) any {
	if r.number != nil {
		return r.number(row)
	}
	return r.key(row)
}

func (r *resource[T]) drop(c *call, key any) { r.remove(c, r.byKey(c, key)) }

// importBlueprint answers POST managed/blueprints/import/: all entries, or none
// and the reason.
func importBlueprint(c *call) (answer, error) {
	source, err := c.uploaded("file")
	if err != nil {
		return answer{}, invalidField("file", "No file was submitted.")
	}
	b, err := c.readBlueprint(source)
	if err != nil {
		return c.imported(err)
	}
	for _, entry := range b.Entries {
		model := blueprintModels()[entry.Model]
		for _, verb := range []string{"add", "change", "delete"} {
			if model != nil && !c.may(model.permission(verb)) {
				return answer{}, forbidden()
			}
		}
	}
	c.ensureSelfSigned()
	before := c.st.clone()
	if err := b.apply(c); err != nil {
		*c.st = *before
		return c.imported(err)
	}
	return c.imported(nil)
}

// uploaded is a file of a multipart form.
func (c *call) uploaded(name string) ([]byte, error) {
	_, params, err := mime.ParseMediaType(c.req.Header.Get("Content-Type"))
	if err != nil {
		return nil, fmt.Errorf("reading the content type: %w", err)
	}
	for form := multipart.NewReader(bytes.NewReader(c.raw), params["boundary"]); ; {
		part, err := form.NextPart()
		if err != nil {
			return nil, fmt.Errorf("looking for the file: %w", err)
		}
		if part.FormName() == name {
			return io.ReadAll(part)
		}
	}
}

// imported is the answer about an import: whether it worked, and if not, why.
func (c *call) imported(failed error) (answer, error) {
	logs := []obj{}
	if failed != nil {
		logs = append(logs, obj{"timestamp": timestamp(c.now()), "log_level": "warning", "logger": "authentik.blueprints.v1.importer",
			"event": failed.Error(), "attributes": obj{}})
	}
	return ok(obj{"success": failed == nil, "logs": logs})
}

// apply carries out the entries in their order.
func (b *blueprint) apply(c *call) error {
	for i, entry := range b.Entries {
		if err := entry.apply(c, b); err != nil {
			return fmt.Errorf("entry %d, %s: %w", i+1, entry.Model, err)
		}
	}
	return nil
}

func (e *blueprintEntry) apply(c *call, b *blueprint) error {
	model := blueprintModels()[e.Model]
	if model == nil {
		return fmt.Errorf("this simulated authentik cannot import this model")
	}
	identifiers, err := b.object(c, &e.Identifiers)
	if err != nil {
		return err
	}
	attributes, err := b.object(c, &e.Attrs)
	if err != nil {
		return err
	}
	key, err := model.findBy(c, identifiers)
	if err != nil {
		return err
	}
	switch {
	case e.State == "absent" && key != nil:
		model.drop(c, key)
		return nil
	case e.State == "absent", e.State == "created" && key != nil:
		return nil
	case e.State == "must_created" && key != nil:
		return fmt.Errorf("state is set to must_created and object exists already")
	}
	for name, value := range identifiers {
		attributes[name] = value
	}
	key, errs := model.put(c, key, attributes)
	if len(errs) > 0 {
		return fmt.Errorf("serializer errors %s", jsonAnswer(http.StatusOK, errs).body)
	}
	b.keys[e.ID] = key
	return nil
}
