package engine

import "authpocket/internal/journal"

// The journal's types, as pages and commands see them.
type (
	Store   = journal.Store
	Receipt = journal.Receipt
)
