//go:build unix && !linux

package disk

import (
	"errors"
	"os"
)

func syncAll(*os.File) error { return errors.ErrUnsupported }

func (f *folder) renameNew(string, string) error { return errors.ErrUnsupported }
