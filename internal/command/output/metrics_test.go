package output

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// shown are two links: one with every status and a sign-in, and one that could not be checked.
func shown() []Verification {
	began := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	return []Verification{
		{File: linkfile.File{Name: "a \"b\" \\ c\nd"}, Began: began, Took: 1500 * time.Millisecond,
			SignIn: &signin.Verdict{Works: true, Record: &signin.Record{ID: "r1", Email: "ada@example.com"}},
			Checks: report.Checks{
				{ID: report.CheckAuthentikJWKS, System: report.Authentik, Title: say.Of("Keys"), Status: report.Pass,
					Evidence: say.Of("Seen.")},
				{ID: report.CheckClock, System: report.Authentik, Title: say.Of("Clocks"), Status: report.Warn,
					Evidence: say.Of("Late."),
					Remedy:   say.Of("Set it."), Cause: report.CauseClock},
				{ID: report.CheckPocketBaseProbe, System: report.PB, Title: say.Of("Probe <&>"), Status: report.Fail,
					Evidence: say.Of("Refused \x1b[31m."), Remedy: say.Of("Turn it on."),
					Cause: report.CauseUnreachable},
				{ID: report.CheckPocketBaseRealtime, System: report.PB, Title: say.Of("Stream"), Status: report.Skipped,
					Evidence: say.Of("Not asked.")},
				{ID: report.CheckSignIn, System: report.PB, Title: say.Of("ada signs in"), Status: report.Pass,
					Evidence: say.Of("Worked.")},
			}},
		{File: linkfile.File{Name: "other"}, Began: began, Took: time.Second,
			Err: errors.Join(&report.Fault{System: report.PB, Summary: say.Of("It does not answer."),
				Todo: say.Of("Start it.")})},
	}
}

func TestPrometheusReadsTheMetrics(t *testing.T) {
	text := Metrics(shown())
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("the metrics have %v, %v", problems, err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	got := map[string]float64{}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			labels := []string{name}
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			got[strings.Join(labels, "|")] = m.GetGauge().GetValue()
		}
	}
	one := shown()[0].File.Name
	for series, want := range map[string]float64{
		"authpocket_verify_success|" + one: 0, "authpocket_verify_success|other": 0,
		"authpocket_verify_duration_seconds|" + one:                                  1.5,
		"authpocket_verify_timestamp_seconds|" + one:                                 1769860801.5,
		"authpocket_verify_timestamp_seconds|other":                                  1769860801,
		"authpocket_signed_in|" + one:                                                1,
		"authpocket_check_status|clock|" + one + "|authentik|warn":                   1,
		"authpocket_check_status|clock|" + one + "|authentik|pass":                   0,
		"authpocket_check_status|pocketbase.probe|" + one + "|pocketbase|fail":       1,
		"authpocket_check_status|pocketbase.realtime|" + one + "|pocketbase|skipped": 1,
	} {
		if value, found := got[series]; !found || value != want {
			t.Errorf("%s is %v, %v; want %v", series, value, found, want)
		}
	}
	if len(got) != 3*2+1+5*4 {
		t.Errorf("there are %d series:\n%s", len(got), text)
	}
}
