// Package rest answers the usual calls of authentik's API (list, read, create, change and delete) with the validation
// messages of Django REST framework.
package rest

import (
	"maps"
	"net/http"
	"slices"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// Resource describes a kind of object for the usual calls of the API.
type Resource[T any] struct {
	App, Model string // as in the permission app.view_model
	Noun       string // as in "No Noun matches the given query."

	Rows   func(*store.State) []*T
	Key    func(*T) string            // its key in object permissions and paths
	Lookup func(*T) string            // its key in paths, if different
	Title  func(*T) string            // its name in events
	Number func(*T) int               // its key in events, if that is a number
	Owned  func(*T, *store.User) bool // reports whether the user owns the row and so needs no permission
	Render func(*serve.Call, *T) (obj, error)

	Filters      func(*serve.Call) Filters[T]
	Search       func(*T) []string
	Orders       Orders[T]
	ByDefault    string // default ordering
	Autocomplete func(*serve.Call) obj

	Rules  func(*serve.Call) []Rule[T]
	Fresh  func(*serve.Call) *T                // a new row with its defaults
	Check  func(*serve.Call, *T) obj           // messages about the whole row, such as a taken name
	Store  func(*serve.Call, *T)               // adds a new row
	Saved  func(c *serve.Call, before, row *T) // runs after a change; may be nil
	Remove func(*serve.Call, *T)
}

// Permission returns the permission for a verb: view, add, change or delete.
func (r *Resource[T]) Permission(verb string) string { return r.App + "." + verb + "_" + r.Model }

// path returns the row's key in paths.
func (r *Resource[T]) path(row *T) string {
	if r.Lookup != nil {
		return r.Lookup(row)
	}
	return r.Key(row)
}

// visible returns the rows the caller may view. An empty result is refused unless the caller may view every row.
func (r *Resource[T]) visible(c *serve.Call) ([]*T, error) {
	rows := r.Rows(c.State)
	view := r.Permission("view")
	if c.May(view) {
		return rows, nil
	}
	rows = slices.DeleteFunc(rows, func(row *T) bool {
		return !c.MayOn(view, r.Key(row)) && (r.Owned == nil || !r.Owned(row, c.User))
	})
	if len(rows) == 0 {
		return nil, serve.Forbidden()
	}
	return rows, nil
}

// Selected returns rows after the query's search, filters and ordering.
func (r *Resource[T]) Selected(c *serve.Call, rows []*T) ([]*T, error) {
	rows = searched(c, rows, r.Search)
	if r.Filters != nil {
		var err error
		if rows, err = Filtered(c, rows, r.Filters(c)); err != nil {
			return nil, err
		}
	}
	ordered(c, rows, r.Orders, r.ByDefault)
	return rows, nil
}

// List answers GET on the collection.
func (r *Resource[T]) List(c *serve.Call) (serve.Answer, error) {
	rows, err := r.visible(c)
	if err != nil {
		return serve.Answer{}, err
	}
	if rows, err = r.Selected(c, rows); err != nil {
		return serve.Answer{}, err
	}
	cut, err := Paginate(c, rows)
	if err != nil {
		return serve.Answer{}, err
	}
	results, err := r.RenderAll(c, cut.Rows)
	if err != nil {
		return serve.Answer{}, err
	}
	var autocomplete obj
	if r.Autocomplete != nil {
		autocomplete = r.Autocomplete(c)
	}
	return ListAnswer(cut.Pagination, results, autocomplete)
}

// RenderAll returns the rows in the form of the API.
func (r *Resource[T]) RenderAll(c *serve.Call, rows []*T) ([]obj, error) {
	results := make([]obj, 0, len(rows))
	for _, row := range rows {
		rendered, err := r.Render(c, row)
		if err != nil {
			return nil, err
		}
		results = append(results, rendered)
	}
	return results, nil
}

// Found returns the row in the path, if the caller may view it.
func (r *Resource[T]) Found(c *serve.Call) (*T, error) {
	rows, err := r.visible(c)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if r.path(row) == c.Param("key") {
			return row, nil
		}
	}
	return nil, serve.NotFound(r.Noun)
}

// FoundFor returns the row in the path, if the caller also holds the permission for a verb.
func (r *Resource[T]) FoundFor(c *serve.Call, verb string) (*T, error) {
	row, err := r.Found(c)
	if err != nil {
		return nil, err
	}
	if !c.MayOn(r.Permission(verb), r.Key(row)) && (r.Owned == nil || !r.Owned(row, c.User)) {
		return nil, serve.Forbidden()
	}
	return row, nil
}

// Read answers GET on an item.
func (r *Resource[T]) Read(c *serve.Call) (serve.Answer, error) {
	row, err := r.Found(c)
	if err != nil {
		return serve.Answer{}, err
	}
	return r.answer(c, http.StatusOK, row)
}

func (r *Resource[T]) answer(c *serve.Call, status int, row *T) (serve.Answer, error) {
	rendered, err := r.Render(c, row)
	if err != nil {
		return serve.Answer{}, err
	}
	return serve.JSON(status, rendered), nil
}

// Create answers POST on the collection.
func (r *Resource[T]) Create(c *serve.Call) (serve.Answer, error) {
	if !c.May(r.Permission("add")) {
		return serve.Answer{}, serve.Forbidden()
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	row := r.Fresh(c)
	if errs := r.Fill(c, row, in, false); len(errs) > 0 {
		return serve.Answer{}, serve.Invalid(errs)
	}
	r.Add(c, row)
	return r.answer(c, http.StatusCreated, row)
}

// Fill reads in into row and returns the messages by field. The messages of a field's rule take precedence over those
// about the whole row.
func (r *Resource[T]) Fill(c *serve.Call, row *T, in obj, partial bool) obj {
	errs := Fill(r.Rules(c), row, in, partial)
	if r.Check == nil {
		return errs
	}
	whole := r.Check(c, row)
	if _, ofNoField := whole["non_field_errors"]; ofNoField && len(errs) > 0 {
		return errs
	}
	maps.Copy(whole, errs)
	return whole
}

// Add stores a new row and notes it in the event log.
func (r *Resource[T]) Add(c *serve.Call, row *T) {
	r.Store(c, row)
	c.NoteModel("model_created", r.Model, r.App, r.eventKey(row), r.Title(row))
}

// eventKey returns a row's key in the form of events: a number, or an ID without dashes.
func (r *Resource[T]) eventKey(row *T) any {
	if r.Number != nil {
		return r.Number(row)
	}
	return serve.Undashed(r.Key(row))
}

func (r *Resource[T]) replace(c *serve.Call) (serve.Answer, error) { return r.change(c, false) }

func (r *Resource[T]) update(c *serve.Call) (serve.Answer, error) {
	c.Partial = true
	return r.change(c, true)
}

func (r *Resource[T]) change(c *serve.Call, partial bool) (serve.Answer, error) {
	row, err := r.FoundFor(c, "change")
	if err != nil {
		return serve.Answer{}, err
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	before, next := *row, *row
	if errs := r.Fill(c, &next, in, partial); len(errs) > 0 {
		return serve.Answer{}, serve.Invalid(errs)
	}
	*row = next
	if r.Saved != nil {
		r.Saved(c, &before, row)
	}
	c.NoteModel("model_updated", r.Model, r.App, r.eventKey(row), r.Title(row))
	return r.answer(c, http.StatusOK, row)
}

// Destroy answers DELETE on an item.
func (r *Resource[T]) Destroy(c *serve.Call) (serve.Answer, error) {
	row, err := r.FoundFor(c, "delete")
	if err != nil {
		return serve.Answer{}, err
	}
	key, title := r.eventKey(row), r.Title(row)
	r.Remove(c, row)
	c.NoteModel("model_deleted", r.Model, r.App, key, title)
	return serve.NoContent()
}

// Collection returns the usual methods of the collection.
func (r *Resource[T]) Collection() serve.Methods {
	return serve.Methods{"GET": r.List, "POST": r.Create}
}

// Item returns the usual methods of an item.
func (r *Resource[T]) Item() serve.Methods {
	return serve.Methods{"GET": r.Read, "PUT": r.replace, "PATCH": r.update, "DELETE": r.Destroy}
}

// obj is a JSON object.
type obj = map[string]any
