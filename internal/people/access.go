package people

import (
	"slices"
	"time"

	"authpocket/internal/link"
)

// Access is who may use an application, by its bindings.
type Access struct {
	All      bool // every binding has to pass, not any
	Closed   bool // without bindings nobody may use it
	Bindings []link.BindingState
	// Hidden reports whether there may be bindings that the token does not see.
	Hidden bool
	// Parents are the groups that each group is in. Half reports whether there may be others.
	Parents map[string][]string
	Half    bool
	Now     time.Time
}

// NeedsGroups reports whether a binding to a group decides, so that Parents are needed.
func (a Access) NeedsGroups() bool {
	return slices.ContainsFunc(a.Bindings, func(b link.BindingState) bool { return b.Enabled && b.Kind == "group" })
}

// answer is whether somebody may use the application. One that is neither yes nor no has a doubt.
type answer struct {
	yes   bool
	doubt Doubt
}

func (a answer) no() bool { return !a.yes && a.doubt == "" }

// admits returns whether the user may use the application, as authentik's policy engine decides. It does not know what
// policies answer: they may look at where and when somebody signs in.
func (a Access) admits(u User) answer {
	if a.Hidden {
		return answer{doubt: DoubtBindings}
	}
	groups := a.groupsOf(u)
	var doubt Doubt
	some, passed, refused := false, false, false
	for _, b := range a.Bindings {
		if !b.Enabled {
			continue
		}
		some = true
		switch one := a.passes(b, u, groups); {
		case one.doubt != "":
			doubt = one.doubt
		case one.yes:
			passed = true
		default:
			refused = true
		}
	}
	switch {
	case !some:
		return answer{yes: !a.Closed}
	case a.All && refused:
		return answer{}
	case !a.All && passed:
		return answer{yes: true}
	}
	return answer{yes: doubt == "" && passed, doubt: doubt}
}

// passes returns the answer of one binding.
func (a Access) passes(b link.BindingState, u User, groups map[string]bool) answer {
	if ends, err := time.Parse(time.RFC3339, b.Expires); b.Expires != "" && (err != nil || ends.Before(a.Now)) {
		return answer{doubt: DoubtEnded}
	}
	switch b.Kind {
	case "group":
		if !groups[b.Target.ID] && a.Half {
			return answer{doubt: DoubtGroups}
		}
		return answer{yes: groups[b.Target.ID] != b.Negate}
	case "user":
		return answer{yes: (b.Target.ID == number(u.PK)) != b.Negate}
	}
	return answer{doubt: DoubtPolicy}
}

// groupsOf returns the groups that the user is a member of: its own, and those that these are in.
func (a Access) groupsOf(u User) map[string]bool {
	member := map[string]bool{}
	for todo := slices.Clone(u.Groups); len(todo) > 0; {
		one := todo[0]
		if todo = todo[1:]; !member[one] {
			member[one] = true
			todo = append(todo, a.Parents[one]...)
		}
	}
	return member
}
