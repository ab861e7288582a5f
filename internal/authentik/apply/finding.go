package apply

import (
	"context"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// look reads the current object.
type look func(context.Context) (finding, error)

// write is one request that changes an object, with the means to determine its outcome.
type write struct {
	need rest.Need // what: `provider "PocketBase"`
	verb verb
	kind link.Kind // the kind of object that an error response is about
	call rest.Call
	look look // by natural keys
	// stored judges the object in the answer, nil where only a look shows what is stored.
	stored func(rest.Object) finding
}

// finding is the result of a look.
type finding struct {
	presence presence
	differs  []string             // the fields that differ
	hidden   bool                 // authentik does not show the client secret that was written
	keys     map[link.Kind]string // the primary keys of what was found
}

const (
	absent presence = iota
	asWanted
	different
)

// presence is whether the object exists.
type presence int
