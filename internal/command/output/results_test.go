package output

import (
	"encoding/json"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func TestListsOfNothingAreNeverNull(t *testing.T) {
	for want, value := range map[string]any{
		`{"changes":[],"warnings":[]}`: resultOf(&link.Plan{}),
		`{"headline":"No check could be made. No sign-in has been tried yet.","checks":[]}`: resultsOf(nil,
			report.SignedIn{}),
		`{"applied":true,"changes":[]}`:      (&View{}).applyResult(nil, nil, report.SignedIn{}, nil),
		`{"receipts":[],"set_aside":[]}`:     receiptsResult{receiptRows(nil), asideRows(nil)},
		`{"errors":[{"summary":"Broken."}]}`: failure{[]report.Message{{Summary: say.Of("Broken.")}}},
	} {
		if raw, err := json.Marshal(value); err != nil || string(raw) != want {
			t.Errorf("got %s, %v; want %s", raw, err, want)
		}
	}
}
