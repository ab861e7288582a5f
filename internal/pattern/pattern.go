// Package pattern has regular expressions that are compiled when they are first needed: most runs need few of them, and
// compiling all takes a quarter of a megabyte at each start.
package pattern

import (
	"regexp"
	"sync"
)

// Of returns the regular expression, which the first call compiles. It panics if the expression is wrong.
func Of(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
