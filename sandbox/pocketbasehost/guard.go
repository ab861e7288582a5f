package pocketbasehost

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"
	"github.com/pocketbase/pocketbase/tools/types"
)

// The log is written after logQuiet without a request, or when it has logBatch entries, as in PocketBase.
const (
	logQuiet = 3 * time.Second
	logBatch = 200
)

// guarded is the PocketBase that answers requests. PocketBase 0.39 changes its settings in place while requests and its
// log read them without a lock. Readers of guarded get a copy, which every change replaces as a whole.
type guarded struct {
	core.App
	settings atomic.Pointer[core.Settings]
	quiet    time.Duration // after which the log is written
	handler  *logger.BatchHandler
	log      *slog.Logger
	stop     chan struct{}
	stopped  sync.WaitGroup
}

// guard wraps a PocketBase before its bootstrap.
func guard(app core.App) *guarded {
	g := &guarded{App: app, quiet: logQuiet, stop: make(chan struct{})}
	app.OnSettingsReload().BindFunc(func(e *core.SettingsReloadEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		settings, err := e.App.Settings().Clone()
		if err != nil {
			return fmt.Errorf("copying PocketBase's settings: %w", err)
		}
		g.settings.Store(settings)
		return nil
	})
	return g
}

// Settings returns the settings. They must not be changed.
func (g *guarded) Settings() *core.Settings { return g.settings.Load() }

// Logger returns the log of requests.
func (g *guarded) Logger() *slog.Logger { return g.log }

// Level returns the level below which nothing is logged.
func (g *guarded) Level() slog.Level { return slog.Level(g.Settings().Logs.MinLevel) }

// startLog starts to write the log as PocketBase does.
func (g *guarded) startLog() {
	ticker := time.NewTicker(g.quiet)
	g.handler = logger.NewBatchHandler(logger.BatchOptions{
		Level:     g,
		BatchSize: logBatch,
		BeforeAddFunc: func(context.Context, *logger.Log) bool {
			ticker.Reset(g.quiet)
			return g.Settings().Logs.MaxDays > 0
		},
		WriteFunc: g.writeLog,
	})
	g.log = slog.New(g.handler)
	g.stopped.Go(func() {
		defer ticker.Stop()
		for {
			select {
			case <-g.stop:
				return
			case <-ticker.C:
				// Entries that cannot be written are lost, as in PocketBase.
				_ = g.handler.WriteAll(context.Background())
			}
		}
	})
}

func (g *guarded) writeLog(_ context.Context, logs []*logger.Log) error {
	if g.Settings().Logs.MaxDays == 0 {
		return nil
	}
	return g.AuxRunInTransaction(func(tx core.App) error {
		for _, l := range logs {
			entry := &core.Log{Level: int(l.Level), Message: l.Message, Data: l.Data}
			entry.Id = core.GenerateDefaultRandomId()
			created, err := types.ParseDateTime(l.Time)
			if err != nil {
				return fmt.Errorf("reading the time of a log entry: %w", err)
			}
			entry.Created = created
			entry.MarkAsNew()
			if err := tx.AuxSave(entry); err != nil {
				return fmt.Errorf("writing a log entry: %w", err)
			}
		}
		return nil
	})
}

// stopLog writes the remaining entries and stops the log.
func (g *guarded) stopLog() error {
	close(g.stop)
	g.stopped.Wait()
	return g.handler.WriteAll(context.Background())
}
