// Package hooks runs the exported hook on a real PocketBase with its JavaScript engine.
package hooks
