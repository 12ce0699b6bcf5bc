package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// spent is the processor time of those who take part in a request.
type spent struct{ nodes, database, rest time.Duration }

// spent reads the processor time until now; false if the system does not tell.
func (w *world) spent() (spent, bool) {
	var s spent
	for _, n := range w.nodes {
		t, ok := processorTime(n.cmd.Process.Pid)
		if !ok {
			return s, false
		}
		s.nodes += t
	}
	text, err := os.ReadFile(filepath.Join(w.primary.data(), "postmaster.pid"))
	if err != nil {
		return s, false
	}
	line, _, _ := strings.Cut(string(text), "\n")
	for _, pid := range append(children(line), line) {
		n, _ := strconv.Atoi(pid)
		t, _ := processorTime(n) // a session that has just ended spent little
		s.database += t
	}
	var own syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &own) != nil {
		return s, false
	}
	s.rest = time.Duration(own.Utime.Nano() + own.Stime.Nano())
	return s, true
}

// tick is the unit of /proc/PID/stat (proc_pid_stat(5)).
const tick = 10 * time.Millisecond

func processorTime(pid int) (time.Duration, bool) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, false
	}
	_, after, _ := strings.Cut(string(text), ") ") // a name may hold blanks
	f := strings.Fields(after)
	if len(f) < 13 {
		return 0, false
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * tick, true
}

// children returns the processes that a process started and that live.
func children(pid string) []string {
	text, _ := os.ReadFile(filepath.Join("/proc", pid, "task", pid, "children"))
	return strings.Fields(string(text))
}

// holdBack gives each node a quarter of a processor, and that before what else
// runs on the machine, until free is called. It reports false where control groups are not to be had.
func (w *world) holdBack() (free func(), ok bool) {
	const period, quota = "100000", "25000" // microseconds
	var groups []string
	free = func() {
		for _, n := range w.nodes {
			for _, root := range []string{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup"} {
				_ = os.WriteFile(filepath.Join(root, "cgroup.procs"), []byte(strconv.Itoa(n.cmd.Process.Pid)), 0o600)
			}
		}
		for _, g := range groups {
			_ = os.Remove(g)
		}
	}
	for _, n := range w.nodes {
		name := "godwit-" + strconv.Itoa(n.cmd.Process.Pid)
		v1, v2 := filepath.Join("/sys/fs/cgroup/cpu", name), filepath.Join("/sys/fs/cgroup", name)
		group, err := v1, os.Mkdir(v1, 0o700)
		if err == nil {
			err = errors.Join(os.WriteFile(filepath.Join(v1, "cpu.shares"), []byte("100000"), 0o600), os.WriteFile(filepath.Join(v1, "cpu.cfs_period_us"), []byte(period), 0o600), os.WriteFile(filepath.Join(v1, "cpu.cfs_quota_us"), []byte(quota), 0o600))
		} else if group, err = v2, os.Mkdir(v2, 0o700); err == nil {
			err = errors.Join(os.WriteFile(filepath.Join(v2, "cpu.weight"), []byte("10000"), 0o600), os.WriteFile(filepath.Join(v2, "cpu.max"), []byte(quota+" "+period), 0o600))
		}
		if err == nil {
			groups = append(groups, group)
			err = os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte(strconv.Itoa(n.cmd.Process.Pid)), 0o600)
		}
		if err != nil {
			free()
			return nil, false
		}
	}
	return free, true
}
