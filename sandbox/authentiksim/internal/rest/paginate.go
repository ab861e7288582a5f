package rest

import (
	"net/http"
	"strconv"

	"authpocket/sandbox/authentiksim/internal/serve"
)

// Page is one page of a list.
type Page[T any] struct {
	Rows       []T
	Number     int
	Pagination obj
}

// Paginate returns the page that the query asks for. Pages are numbered from 1, a page size above the maximum is
// clamped, and a page that does not exist is a 404.
func Paginate[T any](c *serve.Call, rows []T) (Page[T], error) {
	size := pageSize(c)
	pages := max(1, (len(rows)+size-1)/size)
	number := 1
	if asked := c.Query.Get("page"); asked == "last" {
		number = pages
	} else if asked != "" {
		var err error
		if number, err = strconv.Atoi(asked); err != nil || number < 1 || number > pages {
			return Page[T]{}, serve.Refuse(http.StatusNotFound, obj{"detail": "Invalid page."})
		}
	}
	from, to := (number-1)*size, min(number*size, len(rows))
	next := number + 1
	if number == pages {
		next = 0
	}
	return Page[T]{Rows: rows[from:to], Number: number, Pagination: obj{
		"next": next, "previous": number - 1, "count": len(rows), "current": number, "total_pages": pages,
		"start_index": min(from+1, len(rows)), "end_index": to,
	}}, nil
}

func pageSize(c *serve.Call) int {
	size, err := strconv.Atoi(c.Query.Get("page_size"))
	if err != nil || size < 1 {
		size = c.State.Settings.Number("pagination_default_page_size")
	}
	return max(1, min(size, c.State.Settings.Number("pagination_max_page_size")))
}

// ListAnswer returns a page of a list.
func ListAnswer(pagination obj, results []obj, autocomplete obj) (serve.Answer, error) {
	if results == nil {
		results = []obj{}
	}
	if autocomplete == nil {
		autocomplete = obj{}
	}
	return serve.OK(obj{"pagination": pagination, "results": results, "autocomplete": autocomplete})
}
