package view

import "authpocket/internal/say"

// StepCaption returns the caption of a numbered page.
func StepCaption(n int) say.Text { return say.Of("Step %d of 6", n) }
