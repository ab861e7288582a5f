// Package openapicheck validates requests and answers against authentik's OpenAPI document, for tests. The document
// comes from the module of the Go client.
package openapicheck

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// clientModule is the module that contains the document as schema.yml.
const clientModule = "goauthentik.io/api/v3"

// prefix is the path of authentik's API.
const prefix = "/api/v3"

// Checker validates against the document. Loading it takes about a second, so a test binary should create only one. It
// is safe for concurrent use.
type Checker struct{ router routers.Router }

// New finds the document with the go command, which downloads it if needed, loads and validates it.
func New() (*Checker, error) {
	out, err := exec.Command("go", "mod", "download", "-json", clientModule).Output()
	if err != nil {
		return nil, fmt.Errorf("downloading the module %s: %w", clientModule, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, fmt.Errorf("finding the module %s: %w", clientModule, err)
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(module.Dir, "schema.yml"))
	if err != nil {
		return nil, fmt.Errorf("loading authentik's OpenAPI document: %w", err)
	}
	doc.Servers = openapi3.Servers{{URL: prefix}}
	refuseUnknownKeys(doc)
	// Unlike in the document, the type of the provider is next to the provider, not inside it.
	doc.Components.Schemas["modelRequest"].Value.Discriminator = nil
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("checking authentik's OpenAPI document: %w", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("routing by authentik's OpenAPI document: %w", err)
	}
	return &Checker{router: router}, nil
}

// refuseUnknownKeys closes the schemas of request bodies. By default a misspelt key is a valid additional property.
func refuseUnknownKeys(doc *openapi3.T) {
	closed := false
	for name, ref := range doc.Components.Schemas {
		schema := ref.Value
		open := schema.AdditionalProperties.Has == nil && schema.AdditionalProperties.Schema == nil
		if strings.HasSuffix(name, "Request") && len(schema.Properties) > 0 && open {
			schema.AdditionalProperties = openapi3.AdditionalProperties{Has: &closed}
		}
	}
}

// Request returns an error if a request to the API has an unknown path, method or query parameter, or an invalid body,
// including unknown keys. It ignores requests to other paths.
func (c *Checker) Request(r *http.Request) error {
	if !strings.HasPrefix(r.URL.Path, prefix+"/") {
		return nil
	}
	input, err := c.input(r)
	if err != nil {
		return err
	}
	if err := unknownQuery(input); err != nil {
		return describe(r, err)
	}
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		return describe(r, err)
	}
	return nil
}

// Answer returns an error if an answer of the API is invalid. The document describes 2xx, 400 and 403 only; the other
// answers of Django REST framework must have its standard form.
func (c *Checker) Answer(r *http.Request, status int, header http.Header, body []byte) error {
	if !strings.HasPrefix(r.URL.Path, prefix+"/") {
		return nil
	}
	input, err := c.input(r)
	if status == http.StatusNotFound && err != nil {
		return nil // unknown path
	}
	if slices.Contains(undescribed(), status) || err != nil && status == http.StatusMethodNotAllowed {
		return describe(r, detailOnly(header, body))
	}
	if err != nil {
		return err
	}
	options := options()
	options.IncludeResponseStatus = true
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: status, Header: header, Options: options}
	return describe(r, openapi3filter.ValidateResponse(r.Context(), answer.SetBodyBytes(body)))
}

// undescribed returns the statuses that the document does not describe.
func undescribed() []int {
	return []int{http.StatusFound, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusUnsupportedMediaType, http.StatusInternalServerError}
}

func (c *Checker) input(r *http.Request) (*openapi3filter.RequestValidationInput, error) {
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return nil, describe(r, err)
	}
	return &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options()}, nil
}

// options returns options that report every problem, one per line.
func options() *openapi3filter.Options {
	o := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true}
	o.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return "/" + strings.Join(err.JSONPointer(), "/") + ": " + err.Reason
	})
	return o
}

// unknownQuery returns an error about a query parameter that the operation does not have. authentik ignores it, so a
// misspelt filter returns everything.
func unknownQuery(input *openapi3filter.RequestValidationInput) error {
	known := map[string]bool{}
	for _, list := range []openapi3.Parameters{input.Route.PathItem.Parameters, input.Route.Operation.Parameters} {
		for _, parameter := range list {
			known[parameter.Value.Name] = parameter.Value.In == openapi3.ParameterInQuery
		}
	}
	for name := range input.Request.URL.Query() {
		if !known[name] {
			return fmt.Errorf("unknown query parameter %q", name)
		}
	}
	return nil
}

func describe(r *http.Request, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("checking %s %s: %w", r.Method, r.URL.Path, err)
}
