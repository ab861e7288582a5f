package session

import (
	"time"

	"github.com/a-h/templ"
)

// recentAge is how long a page is shown again without asking the systems.
const recentAge = 10 * time.Second

// recent is a page as it was drawn from what both systems answered.
type recent struct {
	address string // with the query
	at      time.Time
	page    templ.Component
}

// Keep keeps a page that was drawn from the answers of p and what the systems
// said after p was looked at. It keeps none where an answer was given or a write
// was begun since. There is one of each path.
func (s *Session) Keep(p *Progress, path, address string, page templ.Component) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.turn != s.turn || s.working > 0 {
		return
	}
	if s.recent == nil {
		s.recent = map[string]recent{}
	}
	s.recent[path] = recent{address, time.Now(), page}
}

// Recent returns the page that was kept for an address, nil for none or one that
// is too old.
func (s *Session) Recent(path, address string) templ.Component {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept := s.recent[path]; kept.address == address && time.Since(kept.at) < recentAge {
		return kept.page
	}
	return nil
}

// dropRecent has the systems asked for every page again. The caller holds mu.
func (s *Session) dropRecent() {
	s.turn++
	s.recent = nil
}

// dropOld drops the pages that are too old.
func (s *Session) dropOld() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path, kept := range s.recent {
		if time.Since(kept.at) >= recentAge {
			delete(s.recent, path)
		}
	}
}
