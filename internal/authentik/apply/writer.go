package apply

import (
	"sync"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Writer writes changes to a connected authentik.
type Writer struct {
	*rest.Client
	secrets  []secret.Text        // hidden in case authentik repeats them
	made     *sync.Map            // the primary keys of the mappings that it created, by name
	created  *sync.Map            // the primary keys of what it created, by the ID of the change
	keysMade map[link.Kind]string // those of the running change
}

// brokenPlan returns the error for a change that no plan should have.
func brokenPlan(what string) error {
	return rest.NewFault(report.FaultOther, "", say.Of("The plan has %s, which authpocket cannot carry out.", what),
		say.Of("This is a bug in authpocket. Report it with the plan."), nil)
}

// filled returns the names of non-empty fields. False is a value too.
func filled(f rest.Fields) []string {
	var names []string
	for name, value := range f {
		list, isList := value.([]string)
		if value != "" && value != 0 && (!isList || len(list) > 0) {
			names = append(names, name)
		}
	}
	return rest.Set(names)
}
