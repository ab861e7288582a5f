// Package signins only has tests. They provoke each cause of the catalogue between a
// real PocketBase and the simulated authentik, and check that it is found by the
// checks and the sign-in test that claim to find it.
package signins
