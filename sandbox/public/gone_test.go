package public

import (
	"bytes"
	"log/slog"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"weak"
)

// TestNothingTypedIsLogged types into every kind of field and address.
func TestNothingTypedIsLogged(t *testing.T) {
	var said bytes.Buffer
	asTheProgram := slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn})
	w := newWorld(t, func(c *Config) { c.Log = slog.New(asTheProgram) })
	b := w.browser().started("?at=apply")
	p := b.place()
	for _, part := range []string{"authentik", "pocketbase"} {
		for _, to := range []string{"https://typed.example/typed", p.base("/" + part).String()} {
			_, err := b.Send(t.Context(), "/"+part, "/"+part, url.Values{part + ".url": {to},
				part + ".token": {"typed"}, part + ".email": {"typed@typed.example"}, part + ".password": {"typed"}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, path := range []string{"/settings/find?q=typed", "/typed", "/fix/typed", "/receipts/typed", "/try/typed"} {
		b.get(b.Root.String() + path)
	}
	b.get(p.base(pocketbasePart).String() + "/api/collections/users/records?filter=typed")
	b.get(p.base(authentikPart).String() + "/application/o/authorize/?client_id=typed")
	b.get(w.public.String() + "/?at=typed")
	b.post(w.public.String()+"/end", nil)
	w.demo.ending.Wait()
	if strings.Contains(said.String(), "typed") {
		t.Errorf("it logs %s", said.String())
	}
}

// TestASandboxThatEndedIsNotInMemory goes through the whole wizard and deletes the sandbox.
func TestASandboxThatEndedIsNotInMemory(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	if err := b.comeAndGo(); err != nil { // the first makes what stays
		t.Fatal(err)
	}
	b.started("")
	pointer := weak.Make(b.place())
	sim, pocketbase := weak.Make(b.place().authentik), weak.Make(b.place().pocketbase)
	if err := b.Whole(t.Context(), b.place().person, b.place().secret); err != nil {
		t.Fatal(err)
	}
	b.post(w.public.String()+"/end", nil)
	w.demo.ending.Wait()
	b.HTTP.CloseIdleConnections()
	waitFor(t, "the memory to be free", func() bool {
		runtime.GC()
		return pointer.Value() == nil && sim.Value() == nil && pocketbase.Value() == nil
	})
}
