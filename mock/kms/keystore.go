package kms

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// State of a key, as KMS names it.
type State string

// The states of a key.
const (
	Enabled         State = "Enabled"
	Disabled        State = "Disabled"
	PendingDeletion State = "PendingDeletion"
)

// Usages of a key.
const (
	UsageEncrypt = "ENCRYPT_DECRYPT"
	UsageSign    = "SIGN_VERIFY"
)

// Key is what may be told of a key.
type Key struct {
	ID          string    `json:"id"`
	ARN         string    `json:"-"`
	State       State     `json:"state"`
	Usage       string    `json:"usage"`
	Managed     bool      `json:"managed,omitempty"` // belongs to the service ("AWS"), not to the customer
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
	Deletion    time.Time `json:"deletion,omitzero"` // when PendingDeletion ends

	RotationDays int       `json:"rotationDays,omitempty"` // how often it rotates by itself, 0 for never
	NextRotation time.Time `json:"nextRotation,omitzero"`
}

// Alias is a second name of a key.
type Alias struct {
	Name  string `json:"name"` // "alias/..."
	ARN   string `json:"-"`
	KeyID string `json:"keyId"`
}

// Options of a keystore. The zero value is us-east-1 of account 000000000000.
type Options struct {
	Region  string
	Account string
	Now     func() time.Time
	Fast    bool // skip every fsync. For tests: a crash of the machine may lose keys
}

// Keystore holds the keys. Safe for concurrent use. Make one with [Open].
type Keystore struct {
	path string
	root *seal.Key
	opts Options

	mu      sync.Mutex
	entries []entry // by creation
	aliases []Alias // by name
}

// entry is a key with its bytes; it is only ever written sealed.
type entry struct {
	Key
	Material  []byte     `json:"material"`            // the first
	Rotations []rotation `json:"rotations,omitempty"` // what came after it; the last is in use
	Policy    string     `json:"policy,omitempty"`    // JSON; empty: the standard one
	Grants    []grant    `json:"grants,omitempty"`

	Tags map[string]string `json:"tags,omitempty"`
}

type document struct {
	Version int     `json:"version"`
	Keys    []entry `json:"keys"`
	Aliases []Alias `json:"aliases"`
}

const keystoreAAD = "bucketseal mock keystore 1"

// The versions of the document: a keystore without rotation, policies and grants
// is written as before there were any. A program that knows none of them would lose
// bytes of a rotated key and permit too much or too little; it refuses the second
// version.
const (
	plainVersion = 1
	fullVersion  = 2
)

// Open reads the keystore at path, which root must be able to open; where there
// is no file the keystore is empty. One process at a time: files that another was
// about to put in place (path and ".*") are removed. A damaged file is an error, never replaced.
func Open(path string, root *seal.Key, opts Options) (*Keystore, error) {
	if opts.Region == "" {
		opts.Region = "us-east-1"
	}
	if opts.Account == "" {
		opts.Account = "000000000000"
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	k := &Keystore{path: path, root: root, opts: opts}
	half, _ := filepath.Glob(path + ".*") // what a kill left of replace; the pattern is well-formed
	for _, file := range half {
		_ = os.Remove(file)
	}
	sealed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read keystore: %w", err)
	}
	plain, err := root.Unwrap(sealed, []byte(keystoreAAD))
	if err != nil {
		return nil, fmt.Errorf("open keystore %s: %w", path, err)
	}
	var d document
	if err := json.Unmarshal(plain, &d); err != nil || d.Version != plainVersion && d.Version != fullVersion {
		return nil, fmt.Errorf("open keystore %s: not a keystore of version %d or %d", path, plainVersion, fullVersion)
	}
	k.entries, k.aliases = d.Keys, d.Aliases
	for i := range k.entries {
		k.entries[i].ARN = k.keyARN(k.entries[i].ID)
	}
	for i := range k.aliases {
		k.aliases[i].ARN = k.arn(k.aliases[i].Name)
	}
	return k, nil
}

func (e entry) isFull() bool {
	return len(e.Rotations) > 0 || e.RotationDays > 0 || e.Policy != "" || len(e.Grants) > 0 || len(e.Tags) > 0
}

// save replaces the file atomically; the caller holds the lock.
func (k *Keystore) save() error {
	version := plainVersion
	if slices.ContainsFunc(k.entries, func(e entry) bool { return e.isFull() }) {
		version = fullVersion
	}
	plain, err := json.Marshal(document{Version: version, Keys: k.entries, Aliases: k.aliases})
	if err != nil {
		return fmt.Errorf("write keystore: %w", err)
	}
	sealed, err := k.root.Wrap(plain, []byte(keystoreAAD))
	if err != nil {
		return fmt.Errorf("write keystore: %w", err)
	}
	if err := replace(k.path, sealed, !k.opts.Fast); err != nil {
		return fmt.Errorf("write keystore: %w", err)
	}
	return nil
}

// replace writes beside path and renames; CreateTemp makes the file 0600.
// durable: the file and its name survive a crash of the machine.
func replace(path string, content []byte, durable bool) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err == nil && durable {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil || !durable || runtime.GOOS == "windows" { // which cannot sync a folder, and need not
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (k *Keystore) arn(resource string) string {
	return "arn:aws:kms:" + k.opts.Region + ":" + k.opts.Account + ":" + resource
}

func (k *Keystore) keyARN(id string) string { return k.arn("key/" + id) }

// Keys lists all keys, oldest first.
func (k *Keystore) Keys() []Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	keys := make([]Key, len(k.entries))
	for i, e := range k.entries {
		keys[i] = e.Key
	}
	return keys
}

// CustomerKeys lists the keys to encrypt with that people made, oldest first.
func (k *Keystore) CustomerKeys() []Key {
	return slices.DeleteFunc(k.Keys(), func(key Key) bool { return key.Managed || key.Usage != UsageEncrypt })
}

// Aliases lists all aliases by name.
func (k *Keystore) Aliases() []Alias {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	return slices.Clone(k.aliases)
}

// expire drops the keys whose deletion date has passed, and rotates those whose
// date for it has; the caller holds the lock.
func (k *Keystore) expire() {
	k.turn()
	gone := func(e entry) bool { return e.State == PendingDeletion && !k.opts.Now().Before(e.Deletion) }
	if !slices.ContainsFunc(k.entries, gone) {
		return
	}
	k.entries = slices.DeleteFunc(k.entries, gone)
	k.aliases = slices.DeleteFunc(k.aliases, func(a Alias) bool { return k.find(a.KeyID) == nil })
	_ = k.save() // a failure leaves the keys on disk, to be dropped again at the next look
}

func (k *Keystore) find(id string) *entry {
	for i := range k.entries {
		if k.entries[i].ID == id {
			return &k.entries[i]
		}
	}
	return nil
}

func (k *Keystore) findAlias(name string) (Alias, bool) {
	i := slices.IndexFunc(k.aliases, func(a Alias) bool { return a.Name == name })
	if i < 0 {
		return Alias{}, false
	}
	return k.aliases[i], true
}

// Resolve finds a key by id, ARN, alias/NAME or alias ARN, whatever its state.
// The error is an *Error.
func (k *Keystore) Resolve(ref string) (Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(ref)
	if err != nil {
		return Key{}, err
	}
	return e.Key, nil
}

func (k *Keystore) resolve(ref string) (*entry, error) {
	k.expire()
	name := ref
	if strings.HasPrefix(ref, "arn:") {
		parts := strings.SplitN(ref, ":", 6)
		if len(parts) != 6 || parts[2] != "kms" {
			return nil, notFound(ref, "Invalid arn %s", ref)
		}
		if parts[3] != k.opts.Region {
			return nil, notFound(ref, "Invalid arn %s", parts[3])
		}
		name = strings.TrimPrefix(parts[5], "key/")
		if parts[4] != k.opts.Account || !strings.HasPrefix(name, "alias/") && name == parts[5] {
			return nil, notFound(ref, "Key '%s' does not exist", ref)
		}
	}
	if strings.HasPrefix(name, "alias/") {
		a, ok := k.findAlias(name)
		if !ok {
			return nil, notFound(ref, "Alias %s is not found.", k.arn(name))
		}
		name = a.KeyID
	}
	if e := k.find(name); e != nil {
		return e, nil
	}
	if name != ref || looksLikeUUID(name) {
		return nil, notFound(ref, "Key '%s' does not exist", k.keyARN(name))
	}
	return nil, notFound(ref, "Invalid keyId '%s'", ref)
}
