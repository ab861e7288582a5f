package listen

import (
	"fmt"
	"os"
)

// Socket returns the listening socket once more. It stays open when the listener is closed: connections that come
// meanwhile wait for whoever goes on with it, by Options.Listener.
func (o *Opened) Socket() (*os.File, error) {
	file, err := o.tcp.File()
	if err != nil {
		return nil, fmt.Errorf("keeping the listening socket open: %w", err)
	}
	return file, nil
}
