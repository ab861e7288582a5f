package link

// Action is what a change does to its object.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Delete Action = "delete"
	None   Action = "none"
)

// Kind is the kind of object that a change writes. Each has its own adapter call.
type Kind string

// The kinds of object.
const (
	KindMapping     Kind = "scope mapping"
	KindKey         Kind = "signing key"
	KindPair        Kind = "application and provider"
	KindProvider    Kind = "provider"
	KindApplication Kind = "application"
	KindBinding     Kind = "policy binding"
	KindOAuth2      Kind = "auth collection"
	KindOldSlot     Kind = "old slot"
	KindRules       Kind = "collection rules"
	KindMethods     Kind = "sign-in methods"
	KindSettings    Kind = "settings"
	KindPerson      Kind = "test person"
	KindAccount     Kind = "test account"
	KindSession     Kind = "tokens"
)

// Purpose is the purpose of a plan.
type Purpose string

// The purposes. The zero value creates or changes the link.
const (
	PurposeLink   Purpose = ""
	PurposeUndo   Purpose = "undo"
	PurposeRemove Purpose = "remove"
	PurposeRotate Purpose = "rotate"
	PurposeProof  Purpose = "proof"
	// PurposeSignOut signs people out who can no longer sign in.
	PurposeSignOut Purpose = "sign-out"
)

// Need is what has to be there before a change is made.
type Need string

// NeedProof is the need of a change that takes a way in away: a sign-in through the link that was seen to work.
const NeedProof Need = "proof"

// Part is a part of a plan, by what its changes need.
type Part string

// The parts.
const (
	PartWhole       Part = ""
	PartBeforeProof Part = "before-proof"
	PartAfterProof  Part = "after-proof"
)
