package link

// Access names who may use the application besides those that existing
// bindings let in. All lists empty means everyone who has an account.
type Access struct {
	Groups   []string `yaml:"groups" json:"groups"`     // by name
	Users    []string `yaml:"users" json:"users"`       // by username
	Policies []string `yaml:"policies" json:"policies"` // by name
}

// Empty tells whether a names nobody in particular.
func (a *Access) Empty() bool {
	return a == nil || len(a.Groups)+len(a.Users)+len(a.Policies) == 0
}

// BindingState lets one group, user or policy use the application.
type BindingState struct {
	PK          string `json:"pk"`
	Application Ref    `json:"application"` // ID is empty while the application is still to be made; Name is its slug
	Kind        string `json:"kind"`        // "group", "user" or "policy"
	Target      Ref    `json:"target"`
	Order       int    `json:"order"`
	Timeout     int    `json:"timeout,omitzero"` // in seconds, of one that is there
	Negate      bool   `json:"negate"`
	Enabled     bool   `json:"enabled"`
	Expires     string `json:"expires,omitempty"` // when authentik ends it by itself, since 2026.8; empty for never
}

// AccessAttrs is the table of the lists of who may use the application.
func AccessAttrs() []Attr[Access, struct{}] {
	list := func(kind, label, hint string, doc Doc, want func(*Access) *[]string) Attr[Access, struct{}] {
		return texts[Access, struct{}](Meta{
			Spec: "access." + kind, Label: label, Ask: Ask{Control: AskLines, Hint: hint, Given: true, Named: true}, Doc: doc,
		}, nil, want)
	}
	return []Attr[Access, struct{}]{
		list("groups", "Groups", "By name", Doc{"names of groups that may use the application", "nobody in particular: everyone"},
			func(w *Access) *[]string { return &w.Groups }),
		list("users", "Users", "By username", Doc{What: "usernames"}, func(w *Access) *[]string { return &w.Users }),
		list("policies", "Policies", "By name", Doc{What: "names of policies"}, func(w *Access) *[]string { return &w.Policies }),
	}
}

// BindingAttrs is the table of a binding's fields, but for what it binds to
// what. No spec chooses them.
func BindingAttrs() []Attr[struct{}, BindingState] {
	type S = BindingState
	return []Attr[struct{}, S]{
		number[struct{}](Meta{Key: "order", Label: "Order", Hidden: true}, func(s *S) *int { return &s.Order }),
		tick[struct{}](Meta{Key: "enabled", Label: "Enabled"}, func(s *S) *bool { return &s.Enabled }, nil),
		tick[struct{}](Meta{Key: "negate", Label: "Negate"}, func(s *S) *bool { return &s.Negate }, nil),
	}
}

// asMade reports whether b still is what the apply made of it. How long a
// policy may take is authentik's own default there.
func (b BindingState) asMade(made BindingState) bool {
	return b.Kind == made.Kind && b.Target.ID == made.Target.ID && b.Enabled == made.Enabled && b.Negate == made.Negate &&
		b.Order == made.Order && b.Expires == made.Expires
}

// who says whom a binding lets in.
func (b BindingState) who() string {
	if b.Negate {
		return "everyone but " + b.Kind + " " + b.Target.Name
	}
	return b.Kind + " " + b.Target.Name
}
