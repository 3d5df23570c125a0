package settings

import "io/fs"

// trust is for systems with owners and modes; on Windows the user's profile is
// kept from others by its access list.
func trust(string, fs.FileInfo) error { return nil }
