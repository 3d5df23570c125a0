//go:build unix && !linux && !darwin

package disk

import (
	"errors"
	"os"
)

func allocate(*os.File, int64) error { return errors.ErrUnsupported }

func free(*os.File, string) (int64, error) { return 0, errors.ErrUnsupported }
