//go:build unix

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// socketVariable names the descriptor of the listening socket that a program leaves to itself.
const socketVariable = "AUTHPOCKET_DEMO_SOCKET"

// canRenew reports whether renew works on this system.
const canRenew = true

// renew starts the program in this process anew. It goes on with the socket. renew returns only errors.
func renew(socket *os.File) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("starting anew: %w", err)
	}
	descriptor := socket.Fd()
	if _, err := unix.FcntlInt(descriptor, unix.F_SETFD, 0); err != nil {
		return fmt.Errorf("leaving the listening socket open: %w", err)
	}
	if err := os.Setenv(socketVariable, strconv.FormatUint(uint64(descriptor), 10)); err != nil {
		return fmt.Errorf("starting anew: %w", err)
	}
	err = syscall.Exec(program, os.Args, os.Environ()) // #nosec G204 G702 -- this program
	return fmt.Errorf("starting %s anew: %w", program, err)
}

// leftListener returns the listener of the program that this one renews, nil if there is none.
func leftListener() (*net.TCPListener, error) {
	raw, ok := os.LookupEnv(socketVariable)
	if !ok {
		return nil, nil
	}
	descriptor, err := strconv.ParseUint(raw, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%s is for the program itself: %w", socketVariable, err)
	}
	socket := os.NewFile(uintptr(descriptor), "socket")
	ln, err := net.FileListener(socket)
	if err = errors.Join(err, socket.Close()); err != nil {
		return nil, fmt.Errorf("going on with the listening socket: %w", err)
	}
	tcp, ok := ln.(*net.TCPListener)
	if !ok {
		err := fmt.Errorf("going on with the listening socket: it is of %s", ln.Addr().Network())
		return nil, errors.Join(err, ln.Close())
	}
	return tcp, nil
}
