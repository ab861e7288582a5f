// Package blueprint imports authentik blueprints.
package blueprint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"authpocket/sandbox/authentiksim/internal/api"
	"authpocket/sandbox/authentiksim/internal/serve"
)

// blueprintModel is a kind of object that a blueprint can contain.
type blueprintModel interface {
	// Permission returns the permission for a verb.
	Permission(verb string) string
	// FindKey returns the key of the first object with these values, or nil.
	FindKey(c *serve.Call, values obj) (key any, err error)
	// Put creates an object, or changes the one with a key, and returns its key.
	Put(c *serve.Call, key any, in obj) (any, obj)
	// Drop deletes the object with a key.
	Drop(c *serve.Call, key any)
}

// blueprintModels returns the supported models. A real authentik has many more.
func blueprintModels() map[string]blueprintModel {
	return map[string]blueprintModel{
		"authentik_providers_oauth2.scopemapping":   api.MappingResource(),
		"authentik_providers_oauth2.oauth2provider": api.ProviderResource(),
		"authentik_core.application":                api.ApplicationResource(),
		"authentik_core.group":                      api.GroupResource(),
		"authentik_policies.policybinding":          api.BindingResource(),
		"authentik_flows.flow":                      api.FlowResource(),
		"authentik_crypto.certificatekeypair":       api.KeyResource(),
	}
}

// importBlueprint answers POST managed/blueprints/import/. It imports all entries, or none and returns the reason.
func importBlueprint(c *serve.Call) (serve.Answer, error) {
	source, err := uploaded(c, "file")
	if err != nil {
		return serve.Answer{}, serve.InvalidField("file", "No file was submitted.")
	}
	b, err := readBlueprint(c, source)
	if err != nil {
		return imported(c, err)
	}
	for _, entry := range b.Entries {
		model := blueprintModels()[entry.Model]
		for _, verb := range []string{"add", "change", "delete"} {
			if model != nil && !c.May(model.Permission(verb)) {
				return serve.Answer{}, serve.Forbidden()
			}
		}
	}
	c.EnsureSelfSigned()
	before := c.State.Clone()
	if err := b.apply(c); err != nil {
		*c.State = *before
		return imported(c, err)
	}
	return imported(c, nil)
}

// uploaded returns a file of a multipart form.
func uploaded(c *serve.Call, name string) ([]byte, error) {
	_, params, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if err != nil {
		return nil, fmt.Errorf("reading the content type: %w", err)
	}
	for form := multipart.NewReader(bytes.NewReader(c.RawBody), params["boundary"]); ; {
		part, err := form.NextPart()
		if err != nil {
			return nil, fmt.Errorf("looking for the file: %w", err)
		}
		if part.FormName() == name {
			return io.ReadAll(part)
		}
	}
}

// imported returns the result of an import.
func imported(c *serve.Call, failed error) (serve.Answer, error) {
	logs := []obj{}
	if failed != nil {
		logs = append(logs, obj{"timestamp": api.Timestamp(c.Now()), "log_level": "warning",
			"logger": "authentik.blueprints.v1.importer", "event": failed.Error(), "attributes": obj{}})
	}
	return serve.OK(obj{"success": failed == nil, "logs": logs})
}

// apply applies the entries in order.
func (b *blueprint) apply(c *serve.Call) error {
	for i, entry := range b.Entries {
		if err := entry.apply(c, b); err != nil {
			return fmt.Errorf("entry %d, %s: %w", i+1, entry.Model, err)
		}
	}
	return nil
}

func (e *blueprintEntry) apply(c *serve.Call, b *blueprint) error {
	model := blueprintModels()[e.Model]
	if model == nil {
		return errors.New("this simulated authentik cannot import this model")
	}
	identifiers, err := b.object(c, &e.Identifiers)
	if err != nil {
		return err
	}
	attributes, err := b.object(c, &e.Attrs)
	if err != nil {
		return err
	}
	key, err := model.FindKey(c, identifiers)
	if err != nil {
		return err
	}
	switch {
	case e.State == "absent" && key != nil:
		model.Drop(c, key)
		return nil
	case e.State == "absent", e.State == "created" && key != nil:
		return nil
	case e.State == "must_created" && key != nil:
		return errors.New("state is set to must_created and object exists already")
	}
	for name, value := range identifiers {
		attributes[name] = value
	}
	key, errs := model.Put(c, key, attributes)
	if len(errs) > 0 {
		return fmt.Errorf("serializer errors %s", serve.JSON(http.StatusOK, errs).Body)
	}
	b.keys[e.ID] = key
	return nil
}
