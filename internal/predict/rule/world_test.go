package rule_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/predict/rule"
)

// people is a collection with a field of each type, in a real PocketBase.
type people struct {
	app        core.App
	collection *core.Collection
	record     *core.Record
	fields     []link.CollectionField
	mux        http.Handler
	// reached reports whether the last request to create a record passed the create rule.
	reached bool
}

// contextHeader sets the context of a request to the API.
const contextHeader = "X-Context"

func newPeople(t *testing.T) *people {
	t.Helper()
	p := &people{app: pbtest.Start(t).App()}
	c := core.NewAuthCollection("people")
	c.Fields.Add(
		&core.TextField{Name: "name"}, &core.TextField{Name: "nick"}, &core.EditorField{Name: "note"},
		&core.NumberField{Name: "age"}, &core.NumberField{Name: "score"}, &core.BoolField{Name: "active"},
		&core.EmailField{Name: "mail"}, &core.URLField{Name: "site"}, &core.DateField{Name: "born"},
		&core.SelectField{Name: "kind", Values: []string{"a", "b", "5"}, MaxSelect: 1},
		&core.SelectField{Name: "tags", Values: []string{"a", "b", "5", "true"}, MaxSelect: 4},
		&core.FileField{Name: "pic", MaxSelect: 1}, &core.FileField{Name: "pics", MaxSelect: 3},
		&core.JSONField{Name: "meta"}, &core.TextField{Name: "secret", Hidden: true},
		&core.AutodateField{Name: "created", OnCreate: true},
	)
	c.CreateRule = new("")
	if f, ok := c.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField); ok {
		f.Cost = 4 // bcrypt's lowest
	}
	save(t, p.app, c)
	c.Fields.Add(&core.RelationField{Name: "boss", CollectionId: c.Id, MaxSelect: 1},
		&core.RelationField{Name: "friends", CollectionId: c.Id, MaxSelect: 5})
	save(t, p.app, c)
	p.collection = c
	for _, f := range c.Fields {
		raw, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		p.fields = append(p.fields, link.CollectionField{Name: f.GetName(), Type: f.Type(), Options: raw})
	}
	p.record = core.NewRecord(c)
	p.record.SetEmail("ada@company.example")
	p.record.SetRandomPassword()
	save(t, p.app, p.record)
	p.serve(t)
	return p
}

func save(t *testing.T, app core.App, m core.Model) {
	t.Helper()
	if err := app.Save(m); err != nil {
		t.Fatal(err)
	}
}

// serve builds a router that stops a creation after the create rule.
func (p *people) serve(t *testing.T) {
	router, err := apis.NewRouter(p.app)
	if err != nil {
		t.Fatal(err)
	}
	router.BindFunc(func(e *core.RequestEvent) error {
		e.Set(core.RequestEventKeyInfoContext, e.Request.Header.Get(contextHeader))
		return e.Next()
	})
	if p.mux, err = router.BuildMux(); err != nil {
		t.Fatal(err)
	}
	p.app.OnRecordCreateRequest("people").BindFunc(func(e *core.RecordRequestEvent) error {
		p.reached = true
		return e.ForbiddenError("stopped by the test", nil)
	})
}

// store writes the values into the record.
func (p *people) store(t fataler, values map[string]any) {
	for name, v := range values {
		p.record.SetRaw(name, v)
		if name == "meta" || name == "born" {
			p.record.Set(name, v)
		}
	}
	columns, err := p.record.DBExport(p.app)
	if err != nil {
		t.Fatal(err)
	}
	for name := range columns {
		if _, set := values[name]; !set {
			delete(columns, name)
		}
	}
	_, err = p.app.DB().Update("people", dbx.Params(columns), dbx.HashExp{"id": p.record.Id}).Execute()
	if err != nil {
		t.Fatal(err)
	}
}

type fataler interface{ Fatal(...any) }

// access returns whether PocketBase lets the request access the stored record, and whether it could tell.
func (p *people) access(text string, req rule.Request) (ok, broken bool) {
	info := &core.RequestInfo{Context: req.Context, Method: req.Method, Body: req.Body, Query: req.Query}
	ok, err := p.app.CanAccessRecord(p.record, info, &text)
	return ok, err != nil
}

// creates returns whether PocketBase lets the request create a record under the rule.
func (p *people) creates(t fataler, text string, req rule.Request) bool {
	cached, err := p.app.FindCachedCollectionByNameOrId("people")
	if err != nil {
		t.Fatal(err)
	}
	cached.CreateRule = &text
	body, err := json.Marshal(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/api/collections/people/records", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(contextHeader, req.Context)
	p.reached = false
	w := httptest.NewRecorder()
	p.mux.ServeHTTP(w, r)
	if p.reached != (w.Code == http.StatusForbidden) {
		t.Fatal("answer", w.Code, w.Body)
	}
	return p.reached
}
