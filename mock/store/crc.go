package store

// CombineCRC64NVME returns the CRC64NVME of a+b from those of a and b and the
// length of b in bytes.
func CombineCRC64NVME(a, b uint64, lenB int64) uint64 { return 0 }

// CombineCRC32 is the same for a reflected 32 bit polynomial as hash/crc32 names
// them (crc32.IEEE, crc32.Castagnoli).
func CombineCRC32(poly, a, b uint32, lenB int64) uint32 { return 0 }
