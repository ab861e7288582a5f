// Package protocol tests a model of both systems and of the protocol
// by which a link is changed: observe both, note the intent, authentik's
// write, read back, PocketBase's one atomic write as the commit point, read
// back both. Every write is read back before it is sent again.
//
// The tests run the protocol with every fault and every pair of faults, and check
// the promises at each moment: no duplicate, no button without an application, no
// foreign provider moved, and in the end the state after an undisturbed run. The
// checker is itself tested with deliberate bugs in the protocol.
//
// The model has no concurrent writers and no HTTP. The engine's own tests cover
// those.
package protocol
