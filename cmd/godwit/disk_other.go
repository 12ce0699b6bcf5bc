//go:build !unix

package main

import "errors"

func freeDisk(string) (free, total uint64, err error) {
	return 0, 0, errors.New("free space is not known on this system")
}
