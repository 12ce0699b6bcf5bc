//go:build unix

package main

import "golang.org/x/sys/unix"

// freeDisk tells the bytes that a user may still write where path is, and all of them.
func freeDisk(path string) (free, total uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, 0, err
	}
	size := uint64(s.Bsize)
	return uint64(s.Bavail) * size, uint64(s.Blocks) * size, nil
}
