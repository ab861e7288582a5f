// Package beszel links the hub of Beszel, an app that is built on PocketBase.
package beszel
