package seal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const rootKeyHead = "bucketseal-root-key-1 "

// OpenRootKey reads the root key kept at path, or makes one there (mode 0600)
// when there is none. It refuses a file which others than the owner may read
// (not on Windows) and a file which is not a root key. The caller sees to it that
// no two processes make the same file at once.
func OpenRootKey(path string) (*Key, error) {
	k, err := readRootKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	k = GenerateKey()
	if err := writeRootKey(path, k); err != nil {
		return nil, fmt.Errorf("make root key: %w", err)
	}
	return k, nil
}

func readRootKey(path string) (*Key, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read root key: %w", err)
	}
	if runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read root key %s: mode is %04o, others may read it; chmod it to 0600", path, st.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read root key: %w", err)
	}
	encoded, ok := strings.CutPrefix(string(text), rootKeyHead)
	if !ok {
		return nil, fmt.Errorf("read root key %s: not a root key file", path)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil || len(raw) != KeyLen {
		return nil, fmt.Errorf("read root key %s: not a root key file", path)
	}
	return NewKey(raw)
}

func writeRootKey(path string, k *Key) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".root-*") // CreateTemp makes it 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(rootKeyHead + base64.StdEncoding.EncodeToString(k.bytes()) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
