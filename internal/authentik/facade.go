package authentik

import "context"

// Facade is a connected authentik. It is safe for concurrent use.
type Facade struct {
	*Client
	Writer
	Checker
}

// ConnectFacade checks on the spot that an authentik answers at the address,
// that it is new enough, and whose token this is. Its error is a *link.Fault
// whose field is authentik.url or authentik.token.
func ConnectFacade(ctx context.Context, cfg Config) (*Facade, error) {
	c, err := Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return newFacade(c), nil
}

func newFacade(c *Client) *Facade {
	return &Facade{Client: c, Writer: Writer{c}, Checker: Checker{c}}
}
