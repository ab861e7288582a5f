// Package model has, in its tests, a model of both systems and of the protocol
// by which a link is changed: observe both, note the intent, authentik's
// write, read back, PocketBase's one atomic write as the commit point, read
// back both. Every write is read back before it is sent again.
//
// The tests run the protocol through every fault and every pair of faults and
// hold each moment against what is promised: no duplicate, no button without
// an application behind it, nobody else's provider moved, and the state that
// an undisturbed run leads to. That the same checker catches deliberate bugs
// in the protocol shows that it looks.
//
// What the model does not have: other people who write at the same time, and
// what HTTP makes of an answer. The engine's own tests have those.
package protocol
