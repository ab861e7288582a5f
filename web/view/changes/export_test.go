package changes

import (
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/web/view"
)

func TestFilesThatLetInEveryoneSaySo(t *testing.T) {
	unseen := NewExport(view.Head{}, "/done", nil, []link.Warning{{ID: "open-to-everyone", Summary: say.Of("x")},
		{ID: "access-unseen", Summary: say.Of("y")}})
	if len(unseen.Notes) != 1 || unseen.Notes[0].Heading.String() != "y" || unseen.Head.Back != "/done" {
		t.Errorf("%+v", unseen)
	}
}
