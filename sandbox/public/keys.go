package public

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"sync"
	"time"
)

// keyBits is the size of the signing keys of a fresh authentik.
const keyBits = 2048

// keyPause is the time between two keys that are made in advance, which leaves the processor to visitors.
const keyPause = 500 * time.Millisecond

// keys are signing keys that are made before they are needed, because each takes some 0.1 s.
type keys struct {
	ready  chan *rsa.PrivateKey
	making sync.WaitGroup
	stop   context.CancelFunc
}

// newKeys keeps up to n keys ready until close, but never more than there are free places: who walks through a full
// demo need not wait for keys that nobody can use.
func newKeys(n int, free func() int) *keys {
	ctx, stop := context.WithCancel(context.Background())
	k := &keys{ready: make(chan *rsa.PrivateKey, n), stop: stop}
	k.making.Go(func() {
		for ctx.Err() == nil {
			if len(k.ready) < min(n, free()) {
				key, err := rsa.GenerateKey(rand.Reader, keyBits)
				if err != nil {
					return // take makes its own
				}
				k.ready <- key // has room: nobody else puts any in
			}
			select {
			case <-time.After(keyPause):
			case <-ctx.Done():
			}
		}
	})
	return k
}

// take returns a key that nobody else gets.
func (k *keys) take() (*rsa.PrivateKey, error) {
	select {
	case key := <-k.ready:
		return key, nil
	default:
		return rsa.GenerateKey(rand.Reader, keyBits)
	}
}

func (k *keys) close() {
	k.stop()
	k.making.Wait()
}
