package predict_test

import (
	"net/http"
	"testing"

	"authpocket/test/draw"
	"authpocket/test/servers"
)

// fewPerVersion is how many worlds are played on each of the other versions, and allPerVersion in a full run.
const fewPerVersion, allPerVersion = 30, 300

// TestWorldsOnEveryVersion holds the prediction against sign-ins to PocketBase servers of other versions.
func TestWorldsOnEveryVersion(t *testing.T) {
	t.Parallel()
	n := fewPerVersion
	if draw.All() {
		n = allPerVersion
	}
	for _, v := range servers.Choose(t) {
		t.Run(v.Name, func(t *testing.T) {
			s := process(t, v)
			counted := newTally()
			if err := counted.play(t.Context(), s, foresee, n, seeds(t)); err != nil {
				t.Fatal(err)
			}
			draw.Report(t, "PocketBase %s: %v", s.version, counted)
			t.Logf("outcomes and refusals:\n%s", counted.details())
			for _, lack := range counted.thin() {
				t.Error(lack)
			}
			counted.report(t, s)
		})
	}
}

// process returns a PocketBase of that version.
func process(t *testing.T, v servers.Version) *server {
	t.Helper()
	program := servers.Run(t, servers.Build(t, v))
	s := newServer(t, program.URL, "", v.Name[1:])
	var answer struct{ Token string }
	err := s.call(t.Context(), http.MethodPost, "/api/collections/_superusers/auth-with-password", "",
		map[string]string{"identity": servers.Email, "password": servers.Password}, &answer)
	if err != nil {
		t.Fatal(err)
	}
	s.token = answer.Token
	return s
}
