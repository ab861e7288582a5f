package output

import "strconv"

// Exit is the exit code of a command that has printed what there is to say.
type Exit int

// Exit codes. plan and verify have one more each, for the outcome that
// scripts ask for.
const (
	ExitOK      Exit = 0
	ExitError   Exit = 1
	ExitChanges Exit = 2 // plan: there are changes
	ExitFailed  Exit = 3 // verify: a check failed
)

func (e Exit) Error() string { return "exit code " + strconv.Itoa(int(e)) }
