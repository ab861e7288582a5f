package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"authpocket/internal/command/output"
	"authpocket/internal/journal"
	"authpocket/internal/say"
)

// maxPlan bounds a saved plan, in bytes.
const maxPlan = 64 << 20

// ReadPlan returns the content of a saved plan's file.
func ReadPlan(ctx context.Context, path string) ([]byte, error) {
	data, err := read(ctx, path, maxPlan)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, output.Refused(say.Of("There is no saved plan “%s”.", path),
			say.Of("Make one with authpocket plan --out."))
	}
	if err != nil {
		return nil, output.Interrupted(ctx, OfFile(path, err))
	}
	return data, nil
}

// WritePlan writes a saved plan to a file that only its owner can read. It replaces nothing but another saved plan.
func WritePlan(ctx context.Context, path string, planFile []byte) error {
	if info, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return OfFile(path, err)
		}
		if !info.Mode().IsRegular() || !isPlan(ctx, path) {
			return output.Refused(say.Of("“%s” exists and is no saved plan, so it is not replaced.", path),
				say.Of("Name another file with --out."))
		}
	}
	if err := Replace(path, planFile, 0o600); err != nil {
		return OfFile(path, err)
	}
	return nil
}

func isPlan(ctx context.Context, path string) bool {
	data, err := ReadPlan(ctx, path)
	if err == nil {
		_, err = journal.DecodePlan(data)
	}
	return err == nil || errors.Is(err, journal.ErrNewer)
}
