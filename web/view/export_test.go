package view

import (
	"testing"

	"authpocket/internal/link"
)

func TestFilesThatLetInEveryoneSaySo(t *testing.T) {
	unseen := NewExport(Head{}, "/done", nil, []link.Warning{{ID: "open-to-everyone", Summary: "x"}, {ID: "access-unseen", Summary: "y"}})
	if len(unseen.Notes) != 1 || unseen.Notes[0].Heading != "y" || unseen.Head.Back != "/done" {
		t.Errorf("%+v", unseen)
	}
}
