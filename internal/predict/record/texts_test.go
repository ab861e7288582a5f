package record

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/spf13/cast"
)

// PocketBase has cast.ToStringSlice.
func TestTextsAreThoseOfCast(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`[]`, `["a","",null,1,-0.5,1e21,true,false]`, `["a",{}]`, `[[]]`, `[["a"]]`, `[{"a":1}]`} {
		var list []any
		if err := json.Unmarshal([]byte(raw), &list); err != nil {
			t.Fatal(err)
		}
		got, want := asTexts(list), cast.ToStringSlice(list)
		if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}
