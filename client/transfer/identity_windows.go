package transfer

import (
	"fmt"
	"os"

	sys "golang.org/x/sys/windows"
)

// withoutWaiting is nothing here: no path of a file names a pipe that waits.
const withoutWaiting = 0

// IdentityOf tells an open file from another that took its name: its volume and
// file id, "" where the system does not say. It is evidence and no ground to
// refuse a file: file systems over a network make such numbers up anew.
func IdentityOf(f *os.File, _ os.FileInfo) string {
	var s sys.ByHandleFileInformation
	if err := sys.GetFileInformationByHandle(sys.Handle(f.Fd()), &s); err != nil {
		return ""
	}
	return fmt.Sprintf("%d:%d", s.VolumeSerialNumber, uint64(s.FileIndexHigh)<<32|uint64(s.FileIndexLow))
}

// FindReadable opens a file, which proves that this user may read it, and tells its
// identity (IdentityOf).
func FindReadable(path string, stat os.FileInfo) (identity string, err error) {
	f, err := OpenToRead(path)
	if err != nil {
		return "", err
	}
	return IdentityOf(f, stat), f.Close()
}
