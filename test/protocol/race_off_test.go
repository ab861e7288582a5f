//go:build !race

package protocol

const thin = 1
