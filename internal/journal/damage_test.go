//go:build unix

package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"authpocket/internal/say"
)

// written returns the file of a finished receipt of smallPlan.
func written(t *testing.T) (name string, data []byte) {
	t.Helper()
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	r, _, err := life(s)
	must(t, err)
	data, err = os.ReadFile(filepath.Join(s.dir, r.fileName()))
	must(t, err)
	return r.fileName(), data
}

// asideOf fails unless the only file of s was set aside unchanged.
func asideOf(t *testing.T, s *Store, what, name, suffix string, data []byte, kind error) {
	t.Helper()
	list, aside, err := s.List()
	want := filepath.Join(s.dir, name+suffix)
	if err != nil || len(list) > 0 || len(aside) != 1 || aside[0].File != want || !errors.Is(aside[0].Err, kind) {
		t.Fatalf("%s: the list is %v, %+v, %v", what, list, aside, err)
	}
	if !strings.Contains(aside[0].Reason.String(), name+suffix) {
		t.Errorf("%s: the reason does not name it: %s", what, aside[0].Reason)
	}
	if now, err := os.ReadFile(want); err != nil || !bytes.Equal(now, data) {
		t.Fatalf("%s: the file was changed: %v", what, err)
	}
}

func TestAReceiptCutAtAnyByteIsSetAside(t *testing.T) {
	name, data := written(t)
	dir := t.TempDir()
	s, err := open(dir, &faulty{})
	must(t, err)
	for size := range data {
		must(t, os.WriteFile(filepath.Join(dir, name), data[:size], 0o600))
		asideOf(t, s, fmt.Sprintf("cut to %d bytes", size), name, ".unreadable", data[:size], ErrUnreadable)
		must(t, os.Remove(filepath.Join(dir, name+".unreadable")))
	}
	t.Logf("cut at each of %d bytes", len(data))
	must(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	if list, aside, err := s.List(); err != nil || len(list) != 1 || len(aside) != 0 {
		t.Errorf("whole, the list is %v, %v, %v", list, aside, err)
	}
}

func TestAReceiptWithAnyByteChangedIsNotMisread(t *testing.T) {
	_, data := written(t)
	whole, err := decode(data)
	must(t, err)
	same, err := encode(whole)
	must(t, err)
	refused := 0
	for at := range data {
		for _, with := range []byte{data[at] ^ 1, "\x00\xff\"} 0"[at%6]} {
			if with == data[at] {
				continue
			}
			damaged := bytes.Clone(data)
			damaged[at] = with
			r, err := decode(damaged)
			if err != nil {
				refused++
				continue
			}
			// White space between values is not damage.
			if again, err := encode(r); err != nil || !bytes.Equal(again, same) {
				t.Fatalf("byte %d as %q is read as another receipt", at, with)
			}
		}
	}
	t.Logf("%d changes refused", refused)
}

// sealed returns a file of this version with that content.
func sealed(t *testing.T, body string) []byte {
	t.Helper()
	data, err := seal(receiptKey, version, []byte(body))
	must(t, err)
	return data
}

func TestGarbageIsSetAside(t *testing.T) {
	name, good := written(t)
	edit := func(old, new string) []byte {
		var body bytes.Buffer
		r, err := decode(good)
		must(t, err)
		rec, err := toRecord(r)
		must(t, err)
		data, err := encodeJSON(rec)
		must(t, err)
		body.Write(bytes.Replace(data, []byte(old), []byte(new), 1))
		if bytes.Equal(body.Bytes(), data) {
			t.Fatalf("there is no %s", old)
		}
		return sealed(t, body.String())
	}
	for what, data := range map[string][]byte{
		"empty":                   {},
		"zeros":                   make([]byte, 4096),
		"text":                    []byte("hello"),
		"a list":                  []byte("[]"),
		"null":                    []byte("null"),
		"no version":              []byte("{}"),
		"version 0":               bytes.Replace(good, []byte(`"version": 1`), []byte(`"version": 0`), 1),
		"a negative version":      bytes.Replace(good, []byte(`"version": 1`), []byte(`"version": -7`), 1),
		"a key that nobody knows": edit(`"kind":"apply"`, `"kind":"apply","colour":"red"`),
		"twice the same":          append(bytes.Clone(good), good...),
		"something after its end": append(bytes.Clone(good), " x"...),
		"another kind of apply":   edit(`"kind":"apply"`, `"kind":"dance"`),
		"another state":           edit(`"state":"about to"`, `"state":"perhaps"`),
		"another outcome":         edit(`"outcome":"completed"`, `"outcome":"fine"`),
		"another type of object":  edit(`"type":"pair"`, `"type":"tree"`),
		"an object that is null": edit(`"after":{"type":"pair","value":{`,
			`"after":{"type":"pair","value":null,"not_kept":[]},"x":{"y":{`),
		"an id that leads elsewhere": edit(`"id":"`, `"id":"../../`),
		"an empty receipt":           sealed(t, `{}`),
		"a receipt that is null":     sealed(t, `null`),
		"deeply nested": []byte(`{"version":1,"receipt":` + strings.Repeat("[", 100000) +
			strings.Repeat("]", 100000) + "}"),
	} {
		s, err := open(t.TempDir(), &faulty{})
		must(t, err)
		must(t, os.WriteFile(filepath.Join(s.dir, name), data, 0o600))
		asideOf(t, s, what, name, ".unreadable", data, ErrUnreadable)
		asideOf(t, s, what+", looked at again", name, ".unreadable", data, ErrUnreadable)
	}
}

func TestANewerReceiptIsSetAsideAndComesBack(t *testing.T) {
	name, good := written(t)
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	newer := bytes.Replace(good, []byte(`"version": 1`), []byte(`"version": 2, "new": true`), 1)
	must(t, os.WriteFile(filepath.Join(s.dir, name), newer, 0o600))
	asideOf(t, s, "newer", name, ".newer", newer, ErrNewer)

	// An authpocket that knows the version restores the name.
	must(t, os.WriteFile(filepath.Join(s.dir, name+".newer"), good, 0o600))
	list, aside, err := s.List()
	if err != nil || len(list) != 1 || len(aside) != 0 {
		t.Errorf("the list is %v, %v, %v", list, aside, err)
	}
	if left := filesIn(t, s.dir); !slices.Equal(left, []string{name}) {
		t.Errorf("there is %v", left)
	}
}

func TestNothingIsOverwrittenBySettingAside(t *testing.T) {
	name, _ := written(t)
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	for i := range 3 {
		must(t, os.WriteFile(filepath.Join(s.dir, name), fmt.Append(nil, "garbage ", i), 0o600))
		_, aside, err := s.List()
		if err != nil || len(aside) != i+1 {
			t.Fatalf("round %d: %v, %v", i, aside, err)
		}
	}
	for i, suffix := range []string{".unreadable", ".unreadable-2", ".unreadable-3"} {
		if data, err := os.ReadFile(filepath.Join(s.dir, name+suffix)); err != nil ||
			string(data) != fmt.Sprint("garbage ", i) {
			t.Errorf("%s holds %q, %v", suffix, data, err)
		}
	}
}

func TestWhatIsNoFileIsSetAsideWithoutOpeningIt(t *testing.T) {
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	pipe, dir, to := "receipt-pipe.json", "receipt-directory.json", "receipt-link.json"
	must(t, syscall.Mkfifo(filepath.Join(s.dir, pipe), 0o600)) // opening it would block
	must(t, os.Mkdir(filepath.Join(s.dir, dir), 0o700))
	must(t, os.Symlink("nowhere", filepath.Join(s.dir, to)))
	_, aside, err := s.List()
	if err != nil || len(aside) != 3 {
		t.Errorf("set aside are %v, %v", aside, err)
	}
}

func TestAReceiptUnderAnotherNameIsSetAside(t *testing.T) {
	name, good := written(t)
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	copied := strings.Replace(name, "receipt-", "receipt-1", 1)
	must(t, os.WriteFile(filepath.Join(s.dir, name), good, 0o600))
	must(t, os.WriteFile(filepath.Join(s.dir, copied), good, 0o600))
	list, aside, err := s.List()
	if err != nil || len(list) != 1 || len(aside) != 1 || !strings.Contains(aside[0].File, copied) {
		t.Errorf("the list is %v, %v, %v", list, aside, err)
	}
}

func TestOtherPeoplesFilesAreLeftAlone(t *testing.T) {
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	others := []string{"README", "notes.json", "receipt", "receipt-notes.txt", "receipts.json"}
	for _, name := range others {
		must(t, os.WriteFile(filepath.Join(s.dir, name), []byte(name), 0o600))
	}
	list, aside, err := s.List()
	if err != nil || len(list)+len(aside) > 0 || !slices.Equal(filesIn(t, s.dir), others) {
		t.Errorf("the list is %v, %v, %v, and there is %v", list, aside, err, filesIn(t, s.dir))
	}
}

func TestLoadSaysWhatItDoesNotFind(t *testing.T) {
	name, good := written(t)
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	for _, id := range []string{"", "nothere", "../../etc/passwd", "*", strings.Repeat("x", 5000)} {
		_, err := s.Load(id)
		if said := wordsOf(t, err); !errors.Is(err, ErrNotFound) || !strings.Contains(said, "no receipt") ||
			len(said) > 200 {
			t.Errorf("%.20q: it says %.300s", id, said)
		}
	}
	must(t, os.WriteFile(filepath.Join(s.dir, name), good[:100], 0o600))
	id := strings.TrimSuffix(name[strings.LastIndex(name, "-")+1:], ".json")
	for range 2 { // once newly found, once already set aside
		_, err = s.Load(id)
		if said := wordsOf(t, err); !errors.Is(err, ErrUnreadable) || !strings.Contains(said, name+".unreadable") {
			t.Errorf("it says %s (%v)", said, err)
		}
	}
}

func TestTheListTellsWhatEachCameTo(t *testing.T) {
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { at = at.Add(time.Second); return at }
	done, _, err := life(s)
	must(t, err)
	interrupted := mustBegin(t, s, smallPlan())
	must(t, interrupted.AboutTo(0))
	must(t, interrupted.Done(0, Note{}))
	must(t, interrupted.AboutTo(1))
	other := meta()
	other.PocketBaseURL = "https://other.company"
	running, err := s.Begin(new(smallPlan()), other)
	must(t, err)
	unlock, err := s.Lock(t.Context(), running.Key())
	must(t, err)

	list, _, err := s.List()
	must(t, err)
	want := []Summary{
		{Slug: "pocketbase", Collection: "users", ID: running.ID, When: running.When, Meta: other, Changes: 2,
			Running: true, Did: say.Of("Nothing changed")},
		{Slug: "pocketbase", Collection: "users", ID: interrupted.ID, When: interrupted.When, Meta: meta(), Changes: 2,
			Done: 1, Open: 1, Created: true, Did: say.Of("Link created")},
		{Slug: "pocketbase", Collection: "users", ID: done.ID, When: done.When, Meta: meta(), Changes: 2, Done: 2,
			Outcome: Completed, Created: true, Did: say.Of("Link created")},
	}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("the list is %+v", list)
	}
	if open, _, err := s.Interrupted(); err != nil || !reflect.DeepEqual(open, want[1:2]) {
		t.Errorf("interrupted are %+v, %v", open, err)
	}
	unlock()
	if open, _, err := s.Interrupted(); err != nil || len(open) != 2 {
		t.Errorf("once nobody holds it, interrupted are %+v, %v", open, err)
	}
	loaded, err := s.Load(interrupted.ID)
	must(t, err)
	must(t, loaded.Finish(Continued))
	if open, _, err := s.Interrupted(); err != nil || len(open) != 1 {
		t.Errorf("after its end, interrupted are %+v, %v", open, err)
	}
}
