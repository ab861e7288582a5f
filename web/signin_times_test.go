package web

import (
	"crypto/sha256"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/link"
)

func TestALinkForSomebodyElseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tests signIns
		run := newSignInRun(nil, link.Desired{}, wayWindow)
		run.invite = &invite{hash: sha256.Sum256([]byte("token")), expires: time.Now().Add(inviteLife)}
		tests.add(run)
		time.Sleep(inviteLife - time.Second)
		if tests.invited("token") != run || tests.invited("another") != nil {
			t.Error("the link does not lead to its test until its time is up, or another does")
		}
		time.Sleep(time.Second)
		if tests.invited("token") != nil {
			t.Error("the link leads to its test after its time is up")
		}
	})
}
