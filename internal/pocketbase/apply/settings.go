package apply

import (
	"context"
	"errors"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// settingsPatch writes settings that affect only the dashboard.
type settingsPatch struct {
	c     *Writer
	after link.SettingsState
}

const fieldShowControls = "pocketbase.show_controls"

func (*settingsPatch) name() say.Text { return say.Of("the settings") }

func (*settingsPatch) doubtful() bool { return false }

func (w *settingsPatch) prepare(ctx context.Context, _ bool) (*rest.Call, error) {
	now, err := w.c.ReadSettings(ctx, link.DefaultCollection)
	if err != nil || now.HideControls == w.after.HideControls {
		return nil, err
	}
	body := map[string]any{}
	for _, a := range link.SettingsAttrs() {
		if a.Held() {
			rest.SetKey(body, a.Key, a.Plain(&w.after))
		}
	}
	return &rest.Call{Path: "/api/settings", Body: body}, nil
}

func (w *settingsPatch) confirm(ctx context.Context) error {
	now, err := w.c.ReadSettings(ctx, link.DefaultCollection)
	if err != nil {
		return err
	}
	if now.HideControls != w.after.HideControls {
		return rest.NewFault(report.FaultRefused, fieldShowControls,
			say.Of("PocketBase saved “Hide/Lock collection and record controls”, but then reads back the old value."),
			say.Of("A hook of the app sets it. The link does not need it: leave it as it is."),
			errors.New("what was read back differs"))
	}
	return nil
}

func (w *settingsPatch) refused(a rest.Answer) *report.Fault {
	f := w.c.Unexpected(a)
	if f.Kind == report.FaultRefused {
		f.Field = fieldShowControls
		f.Todo = say.Of("The settings hold something that PocketBase no longer accepts. Put it right in the " +
			"dashboard's settings; the link itself does not need this change.")
	}
	return f
}
