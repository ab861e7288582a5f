package pocketbase

import "context"

// Facade is a connected PocketBase. It is safe for concurrent use.
type Facade struct {
	*Client
	Writer
	Checker
	SignIns
}

// ConnectFacade signs in to the PocketBase at the address and checks that
// authpocket works with it.
func ConnectFacade(ctx context.Context, cfg Config) (*Facade, error) {
	c, err := Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return newFacade(c), nil
}

func newFacade(c *Client) *Facade {
	return &Facade{Client: c, Writer: Writer{c}, Checker: Checker{c}, SignIns: SignIns{c}}
}
