// Package predict only has tests. They hold the prediction of internal/predict against real sign-ins: they draw a
// world (a collection, its accounts and a person's claims), sign the person in to a real PocketBase, and compare.
//
//	go test -v ./test/predict                       200 worlds, drawn by a printed seed
//	AUTHPOCKET_WORLDS=1000 go test -v ./test/predict
//	AUTHPOCKET_ALL=1 go test -v ./test/predict      5,000 worlds
//	AUTHPOCKET_WORLD=N go test -v ./test/predict    one world, by the seed that its failure printed
//
// It plays 30 worlds on each of the other versions that test/servers chooses, and 300 in a full run. What it compares
// is in compare_test.go.
package predict
