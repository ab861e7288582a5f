package journal

// The names of the files in a state directory.
const (
	receiptPrefix    = "receipt-"
	receiptSuffix    = ".json"
	unreadableSuffix = ".unreadable"
	newerSuffix      = ".newer"
	tempPrefix       = ".writing-"
	lockSuffix       = ".lock"
	dirLockName      = "writing" + lockSuffix
)

// maxSize is the maximum size of a file, in bytes.
const maxSize = 64 << 20
