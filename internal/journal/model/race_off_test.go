//go:build !race

package model

const thin = 1
