package transfer

import (
	"errors"
	"strings"
)

// EscapeKey TBD
func EscapeKey(key string) (string, error) {
	if key == "" {
		return "", errors.New("no object is named")
	}
	return key, nil
}

// Names TBD
func Names(keys []string) []string { return append([]string(nil), keys...) }

// UnescapeName TBD
func UnescapeName(name string) (key string, err error) { return name, nil }

func foldName(name string) string { return strings.ToLower(name) }
