// Package fleet only has tests. They run the pods of deploy/kubernetes/fleet as processes, with the arguments,
// environment and limits of the manifests, on links of real PocketBases and a simulated authentik.
// Another test runs the exports of a link on systems that have none.
//
//	go test -v ./test/fleet   12 links
//	make fleet                200 links
package fleet
