//go:build race

package protocol

// thin: pairs of faults are played for every tenth scenario only. Nothing
// in the model runs at once, so the race detector has little to see.
const thin = 10
