package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"authpocket/internal/journal"
	"authpocket/internal/link"
)

// maxPlan bounds a saved plan, in bytes.
const maxPlan = 64 << 20

// readPlan returns the content of a saved plan's file.
func readPlan(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &refusal{"There is no saved plan " + link.Quote(path) + ".", "Make one with authpocket plan --out."}
	}
	if err != nil {
		return nil, fmt.Errorf("opening the saved plan: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPlan))
	if err != nil {
		return nil, fmt.Errorf("reading the saved plan: %w", err)
	}
	return data, nil
}

// writePlan writes a saved plan to a file that only its owner can read. It replaces nothing but another saved plan.
func writePlan(path string, planFile []byte) error {
	if info, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return fmt.Errorf("saving the plan: %w", err)
		}
		if !info.Mode().IsRegular() || !isPlan(path) {
			return &refusal{link.Quote(path) + " exists and is no saved plan, so it is not replaced.",
				"Name another file with --out."}
		}
	}
	if err := replaceFile(path, planFile, 0o600); err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	return nil
}

func isPlan(path string) bool {
	data, err := readPlan(path)
	if err == nil {
		_, err = journal.DecodePlan(data)
	}
	return err == nil || errors.Is(err, journal.ErrNewer)
}
