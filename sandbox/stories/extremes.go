package stories

import (
	"fmt"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
	"authpocket/web/view/changes"
	"authpocket/web/view/setup"
)

// hebrew and override are read from right to left, the second for a hidden character only.
const (
	hebrew   = "פורטל העובדים של החברה (PocketBase) 2026"
	override = "staff \u202eresu-nimda\u202c"
)

// extremes are pages whose names are long, without a place to break, or read from right to left, and plans with many
// changes.
func extremes(both view.Head) []Story {
	unbroken := strings.Repeat("Employees", 24)
	named := func(name, slug string) link.Spec {
		return link.Spec{Email: link.EmailTrustAll, Application: link.Application{Name: &name, Slug: &slug,
			Description: &name}}
	}
	form := func(name, slug string) setup.SettingsInput {
		in := settingsOf(named(name, slug))
		for field, value := range map[string]string{"application.name": name, "application.slug": slug,
			"application.description": name, "access.groups": name, "pocketbase.display_name": name} {
			in.Form.Set(field, value)
		}
		return in
	}
	review := func(p link.Plan) changes.ReviewPage {
		return changes.NewReview(&both, changes.ReviewInput{PlanID: "p1", Plan: p, AuthentikURL: "https://" + long,
			AuthentikWho: unbroken, PocketBaseURL: "https://" + long, PocketBaseWho: "admin@" + long})
	}
	slug := strings.Repeat("employees-", 5) + "x"
	forty := many(40)
	states := strings.Split(strings.Repeat("done ", 27)+"failed", " ")
	refused := &report.Fault{System: report.Authentik, Summary: say.Of("authentik refused to create the %s: %s.",
		say.Of("provider “%s”", unbroken), say.Raw("name: This field must be unique")),
		Todo: say.Of("Choose another provider name.")}
	failed := changes.NewApply(both, changes.Progress{Changes: forty.Changes, States: states, Ended: true,
		Failed: map[int][]report.Message{27: report.Messages(refused)}, Stopped: &report.Stopped{
			Effect: report.Effect{Made: 27, Change: report.WrittenNone}, Err: refused}}, "")
	longPlan, rtl := Plan(named(unbroken, slug), nil), Plan(named(hebrew, "staff"), nil)
	rtl.Warnings = append(rtl.Warnings, link.Warning{ID: "access-unseen", System: report.Authentik,
		Summary: say.Of("The binding of the user “%s” expires on %s.", override, say.Moment(Time())),
		Detail:  say.Raw(hebrew)})
	return []Story{
		{"settings-long", setup.Settings(setup.NewSettings(both, form(unbroken, slug)))},
		{"settings-right-to-left", setup.Settings(setup.NewSettings(both, form(hebrew, "staff")))},
		{"review-long", changes.Review(review(longPlan))},
		{"review-right-to-left", changes.Review(review(rtl))},
		{"review-40", changes.Review(review(forty))},
		{"apply-40-failed", changes.Apply(failed)},
	}
}

// many returns a plan of n changes.
func many(n int) link.Plan {
	plan := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	plan.Changes, plan.Warnings = nil, nil
	for i := range n {
		c := update()
		c.Object, c.Lost = say.Of("provider “%s”", fmt.Sprintf("Provider for shop %d", i+1)), say.Text{}
		plan.Changes = append(plan.Changes, c)
	}
	return plan
}
