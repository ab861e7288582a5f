package authentiksim

import (
	"net/http"
	"strconv"
)

// page is one page of a list.
type page[T any] struct {
	rows       []T
	number     int
	pagination obj
}

// paginate cuts the page the query asks for. Pages are numbered from 1; a page
// size above the maximum is clamped; a page that does not exist is a 404.
func paginate[T any](c *call, rows []T) (page[T], error) {
	size := c.pageSize()
	pages := max(1, (len(rows)+size-1)/size)
	number := 1
	if asked := c.query.Get("page"); asked == "last" {
		number = pages
	} else if asked != "" {
		var err error
		if number, err = strconv.Atoi(asked); err != nil || number < 1 || number > pages {
			return page[T]{}, refuse(http.StatusNotFound, obj{"detail": "Invalid page."})
		}
	}
	from, to := (number-1)*size, min(number*size, len(rows))
	next := number + 1
	if number == pages {
		next = 0
	}
	return page[T]{rows: rows[from:to], number: number, pagination: obj{
		"next": next, "previous": number - 1, "count": len(rows), "current": number, "total_pages": pages,
		"start_index": min(from+1, len(rows)), "end_index": to,
	}}, nil
}

func (c *call) pageSize() int {
	size, err := strconv.Atoi(c.query.Get("page_size"))
	if err != nil || size < 1 {
		size = c.st.settings.number("pagination_default_page_size")
	}
	return max(1, min(size, c.st.settings.number("pagination_max_page_size")))
}

// listAnswer is the body of every list.
func listAnswer(pagination obj, results []obj, autocomplete obj) (answer, error) {
	if results == nil {
		results = []obj{}
	}
	if autocomplete == nil {
		autocomplete = obj{}
	}
	return ok(obj{"pagination": pagination, "results": results, "autocomplete": autocomplete})
}
