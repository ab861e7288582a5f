package rest

import (
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
	"maps"
	"net/http"
	"slices"
)

// resource is what the API's usual calls (list, read, create, change, delete)
// need to know about one noun.
type Resource[T any] struct {
	App, Model string // as in the permission app.view_model
	Noun       string // as in "No Noun matches the given query."

	Rows   func(*store.State) []*T
	Key    func(*T) string            // what object permissions and paths call it
	Lookup func(*T) string            // what paths call it, if that is not the key
	Title  func(*T) string            // what events call it
	Number func(*T) int               // its key in events, where that is a number
	Owned  func(*T, *store.User) bool // rows their owner sees without permission; nil means none
	Render func(*serve.Call, *T) (obj, error)

	Filters      func(*serve.Call) map[string]Filter[T]
	Search       func(*T) []string
	Orders       map[string]func(a, b *T) int
	ByDefault    string // ordering of a list that asks for none
	Autocomplete func(*serve.Call) obj

	Rules  func(*serve.Call) []Rule[T]
	Fresh  func(*serve.Call) *T                // a new row with its defaults
	Check  func(*serve.Call, *T) obj           // messages about the whole row, such as taken names
	Store  func(*serve.Call, *T)               // adds a new row
	Saved  func(c *serve.Call, before, row *T) // follows up a change; nil means nothing to do
	Remove func(*serve.Call, *T)
}

func (r *Resource[T]) Permission(verb string) string { return r.App + "." + verb + "_" + r.Model }

func (r *Resource[T]) path(row *T) string {
	if r.Lookup != nil {
		return r.Lookup(row)
	}
	return r.Key(row)
}

// visible is the rows the asking user may see. Nobody's rows at all is refused,
// an empty table only to those who may not see it.
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

// selected is the visible rows after the query's search, filters and ordering.
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

// found is the row the path names, if the asking user may see it.
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

// foundFor is found, for somebody who also holds the permission of a verb.
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

// fill reads in into row. Messages about the whole row join those about its
// fields, but a field has the messages of its own rule first.
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

// add stores a new row and notes it in the event log.
func (r *Resource[T]) Add(c *serve.Call, row *T) {
	r.Store(c, row)
	c.NoteModel("model_created", r.Model, r.App, r.eventKey(row), r.Title(row))
}

// eventKey is a row's key as events write it: a number, or an id without dashes.
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

// collection and item are the usual methods of a noun's two paths.
func (r *Resource[T]) Collection() serve.Methods {
	return serve.Methods{"GET": r.List, "POST": r.Create}
}

func (r *Resource[T]) Item() serve.Methods {
	return serve.Methods{"GET": r.Read, "PUT": r.replace, "PATCH": r.update, "DELETE": r.Destroy}
}

// obj is a JSON object.
type obj = map[string]any
