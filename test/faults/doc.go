// Package faults only has tests. They break every call that authpocket makes, in
// every way that a network, a proxy, a server or a kill can, repeat the run and
// compare both systems with those after an undisturbed run.
//
//	go test -v ./test/faults   a selection, drawn by a printed seed
//	make faults                    everything
//
// A case consists of a scenario (the initial state and the run), one HTTP call of
// that run, and its fault. The systems behind the proxies are a real PocketBase
// and the simulated authentik.
package faults
