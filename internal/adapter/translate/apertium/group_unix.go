//go:build unix

package apertium

import (
	"os/exec"
	"syscall"
)

// alone puts a process and what it starts into a group of their own, which ends as one:
// apertium is a script that starts a chain of programs.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
