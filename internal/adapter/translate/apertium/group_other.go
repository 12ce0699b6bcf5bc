//go:build !unix

package apertium

import "os/exec"

// alone leaves the process as it is, where there are no groups of them.
func alone(*exec.Cmd) {}
