package authentiksim

import (
	"maps"
	"net/http"
	"slices"
)

// resource is what the API's usual calls (list, read, create, change, delete)
// need to know about one noun.
type resource[T any] struct {
	app, model string // as in the permission app.view_model
	noun       string // as in "No Noun matches the given query."

	rows   func(*state) []*T
	key    func(*T) string      // what object permissions and paths call it
	lookup func(*T) string      // what paths call it, if that is not the key
	title  func(*T) string      // what events call it
	number func(*T) int         // its key in events, where that is a number
	owned  func(*T, *User) bool // rows their owner sees without permission; nil means none
	render func(*call, *T) (obj, error)

	filters      func(*call) map[string]filter[T]
	search       func(*T) []string
	orders       map[string]func(a, b *T) int
	byDefault    string // ordering of a list that asks for none
	autocomplete func(*call) obj

	rules  func(*call) []rule[T]
	fresh  func(*call) *T                // a new row with its defaults
	check  func(*call, *T) obj           // messages about the whole row, such as taken names
	store  func(*call, *T)               // adds a new row
	saved  func(c *call, before, row *T) // follows up a change; nil means nothing to do
	remove func(*call, *T)
}

func (r *resource[T]) permission(verb string) string { return r.app + "." + verb + "_" + r.model }

func (r *resource[T]) path(row *T) string {
	if r.lookup != nil {
		return r.lookup(row)
	}
	return r.key(row)
}

// visible is the rows the asking user may see. Nobody's rows at all is refused,
// an empty table only to those who may not see it.
func (r *resource[T]) visible(c *call) ([]*T, error) {
	rows := r.rows(c.st)
	view := r.permission("view")
	if c.may(view) {
		return rows, nil
	}
	rows = slices.DeleteFunc(rows, func(row *T) bool {
		return !c.mayOn(view, r.key(row)) && (r.owned == nil || !r.owned(row, c.user))
	})
	if len(rows) == 0 {
		return nil, forbidden()
	}
	return rows, nil
}

// selected is the visible rows after the query's search, filters and ordering.
func (r *resource[T]) selected(c *call, rows []*T) ([]*T, error) {
	rows = searched(c, rows, r.search)
	if r.filters != nil {
		var err error
		if rows, err = apply(c, rows, r.filters(c)); err != nil {
			return nil, err
		}
	}
	ordered(c, rows, r.orders, r.byDefault)
	return rows, nil
}

func (r *resource[T]) list(c *call) (answer, error) {
	rows, err := r.visible(c)
	if err != nil {
		return answer{}, err
	}
	if rows, err = r.selected(c, rows); err != nil {
		return answer{}, err
	}
	cut, err := paginate(c, rows)
	if err != nil {
		return answer{}, err
	}
	results, err := r.renderAll(c, cut.rows)
	if err != nil {
		return answer{}, err
	}
	var autocomplete obj
	if r.autocomplete != nil {
		autocomplete = r.autocomplete(c)
	}
	return listAnswer(cut.pagination, results, autocomplete)
}

func (r *resource[T]) renderAll(c *call, rows []*T) ([]obj, error) {
	results := make([]obj, 0, len(rows))
	for _, row := range rows {
		rendered, err := r.render(c, row)
		if err != nil {
			return nil, err
		}
		results = append(results, rendered)
	}
	return results, nil
}

// found is the row the path names, if the asking user may see it.
func (r *resource[T]) found(c *call) (*T, error) {
	rows, err := r.visible(c)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if r.path(row) == c.param("key") {
			return row, nil
		}
	}
	return nil, notFound(r.noun)
}

// foundFor is found, for somebody who also holds the permission of a verb.
func (r *resource[T]) foundFor(c *call, verb string) (*T, error) {
	row, err := r.found(c)
	if err != nil {
		return nil, err
	}
	if !c.mayOn(r.permission(verb), r.key(row)) && (r.owned == nil || !r.owned(row, c.user)) {
		return nil, forbidden()
	}
	return row, nil
}

func (r *resource[T]) read(c *call) (answer, error) {
	row, err := r.found(c)
	if err != nil {
		return answer{}, err
	}
	return r.answer(c, http.StatusOK, row)
}

func (r *resource[T]) answer(c *call, status int, row *T) (answer, error) {
	rendered, err := r.render(c, row)
	if err != nil {
		return answer{}, err
	}
	return jsonAnswer(status, rendered), nil
}

func (r *resource[T]) create(c *call) (answer, error) {
	if !c.may(r.permission("add")) {
		return answer{}, forbidden()
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	row := r.fresh(c)
	if errs := r.fill(c, row, in, false); len(errs) > 0 {
		return answer{}, invalid(errs)
	}
	r.add(c, row)
	return r.answer(c, http.StatusCreated, row)
}

// fill reads in into row. Messages about the whole row join those about its
// fields, but a field has the messages of its own rule first.
func (r *resource[T]) fill(c *call, row *T, in obj, partial bool) obj {
	errs := fill(r.rules(c), row, in, partial)
	if r.check == nil {
		return errs
	}
	whole := r.check(c, row)
	if _, ofNoField := whole["non_field_errors"]; ofNoField && len(errs) > 0 {
		return errs
	}
	maps.Copy(whole, errs)
	return whole
}

// add stores a new row and notes it in the event log.
func (r *resource[T]) add(c *call, row *T) {
	r.store(c, row)
	c.noteModel("model_created", r.model, r.app, r.eventKey(row), r.title(row))
}

// eventKey is a row's key as events write it: a number, or an id without dashes.
func (r *resource[T]) eventKey(row *T) any {
	if r.number != nil {
		return r.number(row)
	}
	return undashed(r.key(row))
}

func (r *resource[T]) replace(c *call) (answer, error) { return r.change(c, false) }

func (r *resource[T]) update(c *call) (answer, error) {
	c.partial = true
	return r.change(c, true)
}

func (r *resource[T]) change(c *call, partial bool) (answer, error) {
	row, err := r.foundFor(c, "change")
	if err != nil {
		return answer{}, err
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	before, next := *row, *row
	if errs := r.fill(c, &next, in, partial); len(errs) > 0 {
		return answer{}, invalid(errs)
	}
	*row = next
	if r.saved != nil {
		r.saved(c, &before, row)
	}
	c.noteModel("model_updated", r.model, r.app, r.eventKey(row), r.title(row))
	return r.answer(c, http.StatusOK, row)
}

func (r *resource[T]) destroy(c *call) (answer, error) {
	row, err := r.foundFor(c, "delete")
	if err != nil {
		return answer{}, err
	}
	key, title := r.eventKey(row), r.title(row)
	r.remove(c, row)
	c.noteModel("model_deleted", r.model, r.app, key, title)
	return noContent()
}

// collection and item are the usual methods of a noun's two paths.
func (r *resource[T]) collection() methods { return methods{"GET": r.list, "POST": r.create} }

func (r *resource[T]) item() methods {
	return methods{"GET": r.read, "PUT": r.replace, "PATCH": r.update, "DELETE": r.destroy}
}
