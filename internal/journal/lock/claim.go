package lock

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"authpocket/internal/outbound"
)

// A file system on a network may grant a lock that holds on one machine only, as NFS does when it is mounted with
// nolock. So the holder of a link's lock leaves a claim beside it and renews it while it holds the lock. Who is granted
// the lock and finds a claim looks whether it is renewed. If so, the lock does not hold, and the link is refused.

// ErrNotHonoured is returned for a lock that the file system granted to two.
var ErrNotHonoured = errors.New("the lock is granted to two")

// claim is a file that says who holds a lock.
type claim struct {
	path   string
	holder string // this process and lock
}

// claim claims a lock that these Locks have been granted. end gives the claim up.
func (l *Locks) claim(ctx context.Context, lockPath string) (end func(), err error) {
	c := claim{path: strings.TrimSuffix(lockPath, lockSuffix) + claimSuffix, holder: place() + " " + rand.Text()}
	contested := false
	for err = c.create(); errors.Is(err, fs.ErrExist); err = c.create() {
		found, waited, err := l.abandoned(ctx, c.path)
		contested = contested || waited
		if err == nil {
			err = removeClaim(c.path, found)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, unclaimed(err)
		}
	}
	if err != nil {
		return nil, unclaimed(err)
	}
	if contested { // two may have waited for the same claim to be abandoned
		err := outbound.Sleep(ctx, l.beat)
		if content, _ := os.ReadFile(c.path); err == nil && !c.made(string(content)) {
			err = ErrNotHonoured
		}
		if err != nil {
			c.remove()
			return nil, err
		}
	}
	return c.renew(l.beat), nil
}

// made reports whether the content is of this claim.
func (c claim) made(content string) bool { return strings.HasPrefix(content, c.holder+" ") }

func (c claim) create() error { return c.write(os.O_CREATE|os.O_EXCL, 0) }

// write writes the claim. renewed makes its content differ from the last one, but not in length: over the old content,
// it is at no time half a claim.
func (c claim) write(flag, renewed int) error {
	f, err := os.OpenFile(c.path, os.O_WRONLY|flag, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s %010d\n", c.holder, renewed)
	return errors.Join(err, f.Close()) // on a network, closing sends it
}

// renew renews the claim until end is called, which removes it.
func (c claim) renew(every time.Duration) (end func()) {
	stop := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() {
		beat := time.NewTicker(every)
		defer beat.Stop()
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			case <-beat.C:
				if content, err := os.ReadFile(c.path); err == nil && c.made(string(content)) {
					_ = c.write(0, n) // without it, the lock still counts
				}
			}
		}
	})
	return func() {
		close(stop)
		renewing.Wait()
		c.remove()
	}
}

// remove removes the claim, unless it is another's by now.
func (c claim) remove() {
	if content, err := os.ReadFile(c.path); err == nil && c.made(string(content)) {
		_ = os.Remove(c.path) // the next holder finds it abandoned
	}
}

// abandoned returns the content of a claim whose process has ended. To find that out it may have to wait. The error is
// ErrNotHonoured if the claim is renewed meanwhile, and fs.ErrNotExist if it is gone.
func (l *Locks) abandoned(ctx context.Context, path string) (content string, waited bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", false, err
	}
	found, err := os.ReadFile(path)
	if err != nil || ended(string(found)) || time.Since(info.ModTime()) > claimAge {
		return string(found), false, err
	}
	for range claimBeats {
		if err := outbound.Sleep(ctx, l.beat); err != nil {
			return "", true, err
		}
		now, err := os.ReadFile(path)
		if err != nil {
			return "", true, err
		}
		if !bytes.Equal(now, found) {
			return "", true, ErrNotHonoured
		}
	}
	return string(found), true, nil
}

// removeClaim removes a claim that still has that content.
func removeClaim(path, content string) error {
	now, err := os.ReadFile(path)
	if err == nil && string(now) == content {
		err = os.Remove(path)
	}
	return err
}

// unclaimed returns the error for one of claiming a lock.
func unclaimed(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNotHonoured) {
		return err
	}
	return fmt.Errorf("claiming a lock: %w", err)
}

// place returns where this process is: the machine since it started, the process's namespace, its ID.
func place() string { return space() + " " + strconv.Itoa(os.Getpid()) }

// space returns where process IDs are those of this process.
func space() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil {
		if namespace, err := os.Readlink("/proc/self/ns/pid"); err == nil {
			return strings.TrimSpace(string(boot)) + "/" + namespace
		}
	}
	name, _ := os.Hostname()
	return strings.Join(strings.Fields(name), "-")
}

// ended reports whether the process of a claim is known to have ended. Of one elsewhere that is not known.
func ended(content string) bool {
	fields := strings.Fields(content)
	if len(fields) != 4 || fields[0] != space() {
		return false
	}
	pid, err := strconv.Atoi(fields[1])
	return err == nil && !alive(pid)
}
