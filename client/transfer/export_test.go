package transfer

// What the tests in front of the package share with those behind it.

// HostileKeys are hostileKeys.
var HostileKeys = hostileKeys

// SetPartSize sets a size of ranges that Config refuses.
func SetPartSize(e *Engine, size int64) { e.cfg.PartSize = size }
