package pocketbasehost

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Limits of a PocketBase without a listener, which has one visitor.
const (
	insideConns = 4                      // a transaction, and what reads beside it
	insideBody  = 1 << 20                // of a request, in bytes
	insideQuiet = 500 * time.Millisecond // without a request, after which the log is written
	// insidePragmas are those of PocketBase with less memory, at most 8 MB on disk, and without waiting for the disk:
	// nobody needs the data after a crash.
	insidePragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(1000000)" +
		"&_pragma=synchronous(OFF)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-400)" +
		"&_pragma=max_page_count(2048)"
)

// InsideConfig configures a PocketBase without a listener.
type InsideConfig struct {
	// Template is a directory that Template has filled.
	Template string
	// DataDir is an empty directory. Close keeps it.
	DataDir string
	// URL is the address under which browsers reach the handler.
	URL string
	// Through gets the requests that PocketBase sends, if http.DefaultTransport is Outgoing.
	Through http.RoundTripper
}

// Inside is a running PocketBase without a listener and without the dashboard. It sends no mail, makes no backup,
// fetches no avatar and runs no cron jobs.
type Inside struct {
	instance
	mux     http.Handler
	through http.RoundTripper
	ctx     context.Context // ends event streams
	cancel  context.CancelFunc
	close   sync.Once
	err     error // the result of the first Close
}

// databases are the files of a data directory.
func databases() []string { return []string{"data.db", "auxiliary.db"} }

// Template writes the databases of a fresh install into a directory, for Open to copy.
func Template(dir string) error {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	app.OnCollectionCreate().BindFunc(hashCheaply)
	err := app.Bootstrap()
	if err == nil {
		err = app.RunAllMigrations()
	}
	event := &core.TerminateEvent{App: app} // ends its log
	terminated := app.OnTerminate().Trigger(event, func(*core.TerminateEvent) error { return nil })
	if err = errors.Join(err, terminated, app.ResetBootstrapState()); err != nil {
		return fmt.Errorf("making the template of a PocketBase: %w", err)
	}
	return nil
}

// Open starts a PocketBase with the collections of a fresh install and one superuser.
func Open(cfg InsideConfig) (*Inside, error) {
	for _, name := range databases() {
		if err := copyFile(filepath.Join(cfg.Template, name), filepath.Join(cfg.DataDir, name)); err != nil {
			return nil, fmt.Errorf("copying the template of a PocketBase: %w", err)
		}
	}
	app := core.NewBaseApp(core.BaseAppConfig{
		DataDir: cfg.DataDir, DataMaxOpenConns: insideConns, DataMaxIdleConns: 1, AuxMaxOpenConns: insideConns,
		AuxMaxIdleConns: 1,
		DBConnect:       func(path string) (*dbx.DB, error) { return dbx.Open("sqlite", path+insidePragmas) },
	})
	s := &Inside{instance: newInstance(app, cfg.URL), through: cfg.Through}
	s.front.quiet = insideQuiet
	s.ctx, s.cancel = context.WithCancel(context.Background())
	shut(app)
	if err := s.open(); err != nil {
		s.cancel()
		return nil, errors.Join(err, s.terminate())
	}
	return s, nil
}

func (s *Inside) open() error {
	if err := s.prepare(); err != nil {
		return err
	}
	router, err := apis.NewRouter(s.front)
	if err != nil {
		return fmt.Errorf("making PocketBase's routes: %w", err)
	}
	router.Bind(apis.CORS(apis.CORSConfig{AllowOrigins: []string{"*"}}), apis.BodyLimit(insideBody))
	if s.mux, err = router.BuildMux(); err != nil {
		return fmt.Errorf("making PocketBase's routes: %w", err)
	}
	s.front.startLog()
	return nil
}

// shut closes the ways out of PocketBase that lead through neither a handler nor http.DefaultTransport.
func shut(app core.App) {
	app.OnMailerSend().BindFunc(func(*core.MailerEvent) error { return nil })
	refuse := func(*core.BackupEvent) error { return errors.New("there are no backups here") }
	app.OnBackupCreate().BindFunc(refuse)
	app.OnBackupRestore().BindFunc(refuse)
	app.OnRecordAuthWithOAuth2Request().Bind(&hook.Handler[*core.RecordAuthWithOAuth2RequestEvent]{
		Func: func(e *core.RecordAuthWithOAuth2RequestEvent) error {
			e.OAuth2User.AvatarURL = ""
			return e.Next()
		},
		Priority: -1,
	})
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from) // #nosec G304 -- the template's
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

// ServeHTTP answers a request at the root of PocketBase.
func (s *Inside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(context.WithValue(r.Context(), throughKey{}, s.through))
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	s.mux.ServeHTTP(w, r.WithContext(ctx))
}

// EndStreams ends all requests. Close must follow once they have returned.
func (s *Inside) EndStreams() { s.cancel() }

// Close closes the databases. No request may be running. A second Close does nothing.
func (s *Inside) Close() error {
	s.close.Do(func() {
		s.cancel()
		if err := errors.Join(s.front.stopLog(), s.terminate()); err != nil {
			s.err = fmt.Errorf("stopping PocketBase: %w", err)
		}
	})
	return s.err
}

func (s *Inside) terminate() error {
	event := &core.TerminateEvent{App: s.app}
	terminated := s.app.OnTerminate().Trigger(event, func(*core.TerminateEvent) error { return nil })
	return errors.Join(terminated, s.app.ResetBootstrapState())
}
