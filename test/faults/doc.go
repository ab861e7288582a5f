// Package faults has tests only. They break every call that authpocket makes
// in every way that a network, a proxy, a server or a kill can, run it once
// more, and hold both systems against those of an undisturbed run.
//
//	go test -v ./test/faults   a selection, drawn by a printed seed
//	make faults                    everything
//
// A case is a scenario (what there is before, and which run), one HTTP call
// of that run, and what goes wrong at it. Behind the proxies stand a real
// PocketBase and the simulated authentik.
package faults
