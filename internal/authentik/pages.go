package authentik

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/wire"
)

const (
	pageSize = 100 // the most that authentik gives without a change of its settings
	maxPages = 200
	// maxParallel bounds the requests that one list or observation has under
	// way at once.
	maxParallel = 8
)

// list is one list of authentik's API.
type list struct {
	need need
	page func(ctx context.Context, page int32) error
}

// all reads every page: the first alone, then the others at the same time.
func (c *Client) all(ctx context.Context, l list) ([]object, error) {
	ctx = wire.OneList(ctx)
	first, pages, err := c.page(ctx, l, 1)
	if err != nil || pages == 1 {
		return first, err
	}
	if pages > maxPages {
		return nil, tooMany(fmt.Sprintf("authentik has more than %d %s.", maxPages*pageSize, l.need.what), nil)
	}
	rest := make([][]object, pages-1)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxParallel)
	for i := range rest {
		group.Go(func() (err error) {
			rest[i], _, err = c.page(ctx, l, int32(i+2))
			if statusOf(err) == http.StatusNotFound {
				return nil // the list has become shorter since page 1
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, objects := range rest {
		first = append(first, objects...)
	}
	return distinct(first), nil
}

func tooMany(summary string, err error) *link.Fault {
	return fault(link.FaultOther, "", summary, "This is more than authpocket reads. Use a token that can see fewer.",
		err)
}

// page reads one page and tells how many there are.
func (c *Client) page(ctx context.Context, l list, number int32) ([]object, int, error) {
	a, err := c.read(ctx, l.need, func(ctx context.Context) error { return l.page(ctx, number) })
	if err != nil {
		return nil, 0, err
	}
	o, _ := a.object()
	if raw := o["results"]; json.Unmarshal(raw, &[]json.RawMessage{}) != nil {
		return nil, 0, c.unreadable(l.need, a)
	}
	return o.objects("results"), max(1, o.object("pagination").number("total_pages")), nil
}

// distinct drops what was read twice because the list grew between two pages.
func distinct(objects []object) []object {
	seen := map[string]bool{}
	unique := objects[:0]
	for _, o := range objects {
		pk := o.text("pk")
		if pk != "" && seen[pk] {
			continue
		}
		seen[pk] = true
		unique = append(unique, o)
	}
	return unique
}
