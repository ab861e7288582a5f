package public

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
)

// spent counts a request, and reports whether the sandbox has had all that it may have in its life.
func (p *place) spent(r *http.Request) bool {
	n := p.answered.Add(1)
	// What logs and events keep. The body counts as it is read.
	taken := p.taken.Add(int64(len(r.RequestURI) + len(r.UserAgent()) + len(r.Referer())))
	if n%placeLook == 0 {
		p.full.Store(sizeOf(p.dir) > placeKept)
	}
	return n > placeRequests || taken > placeTaken || p.full.Load()
}

// sizeOf returns the size of the files in a directory and below, as far as they can be read.
func sizeOf(dir string) (size int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // gone meanwhile
		}
		if info, err := d.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return size
}

// errTaken is the error of a body that goes beyond placeTaken.
var errTaken = errors.New("the sandbox takes no more")

// counted returns a body that counts for what the sandbox takes.
func (p *place) counted(body io.ReadCloser) io.ReadCloser { return &countedBody{body, p} }

type countedBody struct {
	io.ReadCloser
	place *place
}

func (b *countedBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if b.place.taken.Add(int64(n)) > placeTaken {
		return 0, errTaken
	}
	return n, err
}
