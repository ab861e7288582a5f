package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"authpocket/internal/listen"
	"authpocket/internal/logs"
	"authpocket/sandbox/stories"
)

// storybook serves every page in every state until ctx ends.
func storybook(ctx context.Context, address string, chosen bool, stdout, stderr io.Writer) error {
	log := logs.New(stderr, slog.LevelWarn)
	ln, err := open(ctx, address, chosen, stdout)
	if err != nil {
		return err
	}
	handler, err := stories.Handler(log)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	fmt.Fprintf(stdout, "Every page in every state is at %s\nPress Ctrl-C to stop.\n", ln.URL)
	return listen.Serve(ctx, ln, handler, log, func() {})
}
