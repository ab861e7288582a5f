package changes

import (
	"testing"

	"authpocket/internal/link"
	"authpocket/web/view"
)

func TestFilesThatLetInEveryoneSaySo(t *testing.T) {
	unseen := NewExport(view.Head{}, "/done", nil, []link.Warning{{ID: "open-to-everyone", Summary: "x"},
		{ID: "access-unseen", Summary: "y"}})
	if len(unseen.Notes) != 1 || unseen.Notes[0].Heading != "y" || unseen.Head.Back != "/done" {
		t.Errorf("%+v", unseen)
	}
}
