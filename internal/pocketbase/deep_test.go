package pocketbase

import (
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/test/hostile"
)

func TestLongAnswersTakeNoTime(t *testing.T) {
	for name, body := range hostile.Answers(`"totalPages":1,"totalItems":1,`, "items") {
		for _, status := range []int{200, 400} {
			t.Run(name, func(t *testing.T) {
				begun := time.Now()
				c := meeting(status, []byte(body))
				_, err := c.Observe(t.Context(), link.Query{Slug: "pocketbase", Collection: "users"})
				wellWorded(t, err)
				if err != nil && len(err.Error()) > 5000 {
					t.Errorf("the error has %d bytes", len(err.Error()))
				}
				if took := time.Since(begun); took > time.Minute {
					t.Errorf("it took %s", took)
				}
			})
		}
	}
}
