//go:build !unix

package mock_test

import "time"

func cpuTime() time.Duration { return 0 }
