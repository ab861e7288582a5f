package address

// Reason says what is wrong with an address.
type Reason string

// The reasons.
const (
	Empty        Reason = "empty"
	TooLong      Reason = "too long"
	HasSpace     Reason = "has a space"
	EdgeSpace    Reason = "has a space at an end"
	NoScheme     Reason = "has no scheme"
	OtherScheme  Reason = "has a scheme other than https and http"
	NoHost       Reason = "has no host"
	UnknownHost  Reason = "has a host that cannot be looked up"
	IsNumber     Reason = "has a number as its host"
	LinkLocal    Reason = "has a link-local host"
	BareIPv6     Reason = "has an IPv6 host without brackets"
	NoPort       Reason = "has a colon without a port"
	BadPort      Reason = "has a port that does not exist"
	HasUser      Reason = "has a user name or password"
	HasQuery     Reason = "has a query"
	HasFragment  Reason = "has a fragment"
	IsPattern    Reason = "has a wildcard or backslash"
	ScriptScheme Reason = "has a scheme that authentik refuses"
	LocalScheme  Reason = "has a scheme that browsers do not follow"
	Unreadable   Reason = "cannot be read"
)

// Fault is what is wrong with an address. It never contains the address itself,
// which may include a password.
type Fault struct {
	Reason Reason
	Part   string // the scheme or port that is wrong
	Meant  string // the address that was probably meant, or empty
}

func (f *Fault) Error() string { return "the address " + string(f.Reason) }

func wrong(reason Reason) error { return &Fault{Reason: reason} }
