package output

import (
	"strconv"
	"strings"

	"authpocket/internal/report"
)

// Metrics returns the verifications in Prometheus' text format.
func Metrics(list []Verification) string {
	var success, at, took, status, signedIn strings.Builder
	for _, r := range list {
		name := label("link", r.Name())
		sample(&success, "authpocket_verify_success", name, flag(r.Summary().Exit() == nil))
		sample(&at, "authpocket_verify_timestamp_seconds", name, float64(r.Began.Add(r.Took).UnixMilli())/1000)
		sample(&took, "authpocket_verify_duration_seconds", name, r.Took.Seconds())
		for _, c := range r.Checks {
			labels := label("check", string(c.ID)) + "," + name + "," + label("system", string(c.System))
			for _, s := range []report.Status{report.Pass, report.Warn, report.Fail, report.Skipped} {
				sample(&status, "authpocket_check_status", labels+","+label("status", string(s)), flag(c.Status == s))
			}
			if c.ID == report.CheckSignIn && c.Status != report.Skipped {
				sample(&signedIn, "authpocket_signed_in", name, flag(!r.Seen().At.IsZero()))
			}
		}
	}
	return family("authpocket_verify_success", "Whether the link was checked and no check failed.", &success) +
		family("authpocket_verify_timestamp_seconds", "When the link was last checked, in Unix time.", &at) +
		family("authpocket_verify_duration_seconds", "How long checking the link took.", &took) +
		family("authpocket_check_status", "The status of a check: 1 for the one it has, 0 for the others.", &status) +
		family("authpocket_signed_in", "Whether the test sign-in worked.", &signedIn)
}

// family returns the samples of a gauge with its description, or nothing without samples.
func family(name, help string, samples *strings.Builder) string {
	if samples.Len() == 0 {
		return ""
	}
	return "# HELP " + name + " " + help + "\n# TYPE " + name + " gauge\n" + samples.String()
}

func sample(to *strings.Builder, name, labels string, value float64) {
	to.WriteString(name + "{" + labels + "} " + strconv.FormatFloat(value, 'f', -1, 64) + "\n")
}

func label(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}
