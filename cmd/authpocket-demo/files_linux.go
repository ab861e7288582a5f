package main

import "syscall"

// filesLimit returns how many files the program may have open, false if that is unknown. Go has raised the limit to
// the highest that it may have.
func filesLimit() (n uint64, known bool) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Cur, err == nil
}
