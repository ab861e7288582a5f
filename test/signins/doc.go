// Package proof holds the tests of proof: each cause of the catalogue made to
// happen between a real PocketBase and a simulated authentik, and found by
// the checks and the sign-in test that say they find it. There is nothing in
// it to import.
package signins
