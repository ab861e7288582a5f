package rest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

const (
	PageSize = 100 // authentik's default maximum
	maxPages = 200
	// MaxParallel is the number of parallel requests of one list or observation.
	MaxParallel = 8
)

// List is one list of authentik's API.
type List struct {
	Need Need
	Call Call
}

// All returns all objects of a list. It reads the first page alone and the others in parallel.
func (c *Client) All(ctx context.Context, l List) ([]Object, error) { return c.AllOf(ctx, l, PageSize) }

// AllOf is All for a list of about that many objects: the pages that they fill are read in parallel.
func (c *Client) AllOf(ctx context.Context, l List, count int) ([]Object, error) {
	ctx = wire.OneList(ctx)
	known := min(max(1, (count+PageSize-1)/PageSize), maxPages)
	objects, total, err := c.pages(ctx, l, 1, known)
	if err != nil || total == 1 {
		return objects, err
	}
	if total > maxPages {
		return nil, tooMany(say.Of("authentik has more than %d %s.", maxPages*PageSize, l.Need.What), nil)
	}
	others, _, err := c.pages(ctx, l, known+1, total)
	return distinct(append(objects, others...)), err
}

// pages returns the objects of some pages, and how many pages the list has.
func (c *Client) pages(ctx context.Context, l List, from, to int) (objects []Object, total int, err error) {
	parts, totals := make([][]Object, max(0, to-from+1)), make([]int, max(0, to-from+1))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(MaxParallel)
	for i := range parts {
		group.Go(func() (err error) {
			parts[i], totals[i], err = c.page(ctx, l, from+i, PageSize)
			if from+i > 1 && StatusOf(err) == http.StatusNotFound {
				return nil // the list has shrunk
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	for i, part := range parts {
		objects, total = append(objects, part...), max(total, totals[i])
	}
	return objects, total, nil
}

// First returns the first objects of a list, and how many there are at most if these are not all, else 0.
func (c *Client) First(ctx context.Context, l List, size int) ([]Object, int, error) {
	objects, pages, err := c.page(ctx, l, 1, size)
	if pages <= 1 {
		return objects, 0, err
	}
	return objects, pages * size, err
}

// Knows reports whether somebody has read the first objects of a list in the moment that ctx belongs to.
func (c *Client) Knows(ctx context.Context, l List, size int) bool {
	_, known := wire.Known(ctx, c.key(l.Page(1, size)))
	return known
}

// Walk visits the objects of a list page by page, several pages at a time but one visit at a time, and keeps none. It
// asks for pages of that size and takes those that authentik gives. steady is false if the list had another length at
// the end than at the beginning, or not as many objects as it said: somebody may have been left out.
func (c *Client) Walk(ctx context.Context, l List, size int, visit func(Object)) (steady bool, err error) {
	ctx = wire.Alone(ctx)
	var mu sync.Mutex
	counts, seen := map[int]bool{}, 0
	page := func(ctx context.Context, number int) (pages int, err error) {
		a, err := c.Read(ctx, l.Need, l.Page(number, size))
		if err != nil {
			return 0, err
		}
		o, _ := a.Object()
		objects := o.Objects("results")
		if objects == nil {
			return 0, c.unreadable(l.Need, a)
		}
		mu.Lock()
		defer mu.Unlock()
		counts[o.Object("pagination").Number("count")] = true
		for _, one := range objects {
			seen++
			visit(one)
		}
		return o.Object("pagination").Number("total_pages"), nil
	}
	pages, err := page(ctx, 1)
	if err != nil {
		return false, err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(walkers)
	for number := 2; number <= pages; number++ {
		group.Go(func() error {
			_, err := page(groupCtx, number)
			if StatusOf(err) == http.StatusNotFound { // the list has shrunk
				mu.Lock()
				defer mu.Unlock()
				counts[-1] = true
				return nil
			}
			return err
		})
	}
	err = group.Wait()
	return err == nil && len(counts) == 1 && counts[seen], err
}

// walkers is how many pages of a walk are read at a time.
const walkers = 4

func tooMany(summary say.Text, err error) *report.Fault {
	return NewFault(report.FaultOther, "", summary, say.Of("This is more than authpocket reads. Use a token that can "+
		"see fewer."),
		err)
}

// Page returns the call for one page of the list.
func (l List) Page(number, size int) Call {
	l.Call.Query = maps.Clone(l.Call.Query)
	l.Call.Query.Set("page", strconv.Itoa(number))
	l.Call.Query.Set("page_size", strconv.Itoa(size))
	return l.Call
}

// page returns one page and the number of pages.
func (c *Client) page(ctx context.Context, l List, number, size int) ([]Object, int, error) {
	a, err := c.Read(ctx, l.Need, l.Page(number, size))
	if err != nil {
		return nil, 0, err
	}
	o, _ := a.Object()
	objects := o.Objects("results")
	if objects == nil {
		return nil, 0, c.unreadable(l.Need, a)
	}
	return objects, max(1, o.Object("pagination").Number("total_pages")), nil
}

// Exactly returns the objects of a list whose key has exactly that value.
func (c *Client) Exactly(ctx context.Context, l List, key, value string) ([]Object, error) {
	objects, err := c.All(ctx, l)
	return slices.DeleteFunc(objects, func(o Object) bool { return o.Text(key) != value }), err
}

// distinct removes duplicates, which occur if the list grows between two pages.
func distinct(objects []Object) []Object {
	seen := map[string]bool{}
	return slices.DeleteFunc(objects, func(o Object) bool {
		pk := o.Text("pk")
		again := pk != "" && seen[pk]
		seen[pk] = true
		return again
	})
}
