//go:build unix

package ledger

import "syscall"

// processorTime is what this process has used, in user and system mode, in
// nanoseconds.
func processorTime() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}
