package main

import (
	"context"

	"authpocket/internal/linkfile"
)

type schemaFlags struct{}

// run prints the JSON Schema of link files.
func (schemaFlags) run(_ context.Context, p program) int {
	if _, err := p.out.Write(linkfile.Schema()); err != nil {
		return p.view(false).fail(err)
	}
	return exitOK
}
