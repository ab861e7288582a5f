package public

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// connectionsClosed is after which time the server has closed the connections of those who left.
const connectionsClosed = 45 * time.Second

// keepsAtMost is how much more memory than at the start the program may keep without a sandbox, in bytes.
const keepsAtMost = 3 << 20

// memory watches over what the program keeps when the last of the sandboxes has ended. The objects are collected; but
// what Go's runtime has noted of its largest heap it keeps for good, some 25 MB after 200 sandboxes.
type memory struct {
	atStart   int64     // bytes
	idleSince time.Time // there has been no sandbox, zero if there is one
	gaveBack  int       // how often memory was given back since then
}

func newMemory() memory {
	debug.FreeOSMemory()
	return memory{atStart: mapped()}
}

// mapped is how much memory Go's runtime has of the machine, in bytes.
func mapped() int64 {
	return read("/memory/classes/total:bytes") - read("/memory/classes/heap/released:bytes")
}

// liveBytes is how much memory objects took that were in use at the last garbage collection.
func liveBytes() int64 { return read("/gc/heap/live:bytes") }

func read(name string) int64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64()) // #nosec G115 -- no machine has as much
}

// giveBack returns memory to the machine when the last of the sandboxes has ended, and again once its connections are
// closed, too: without a sandbox there is nothing to do that would have the garbage collected. If much is left then,
// and nobody's starts are counted, it has the program renewed.
func (s *Server) giveBack(now time.Time) {
	s.mu.Lock()
	idle := s.alive()+s.closing == 0 && s.counts.ended.Load() > 0
	s.mu.Unlock()
	m := &s.memory
	switch {
	case !idle:
		m.idleSince, m.gaveBack = time.Time{}, 0
		return
	case m.idleSince.IsZero():
		m.idleSince = now
	}
	switch {
	case m.gaveBack == 0, m.gaveBack == 1 && now.Sub(m.idleSince) > connectionsClosed:
		m.gaveBack++
		debug.FreeOSMemory()
	case m.gaveBack == 2 && s.cfg.Renew != nil && mapped() > m.atStart+keepsAtMost && s.starts.none() && s.renews():
		s.cfg.Renew()
	}
}

// renews has whoever wants a sandbox ask again, if there is none and nobody waits, once.
func (s *Server) renews() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.alive() > 0 || len(s.queue) > 0 || s.draining || s.renewing {
		return false
	}
	s.renewing = true
	return true
}
