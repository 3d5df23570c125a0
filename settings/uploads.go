package settings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"

	"github.com/bucketseal/bucketseal/client"
)

// OpenUploads remembers, for one account, which multipart uploads this user's
// programs have open, so that what a program that was killed has left on a server
// is known to be ours and can be dropped. Each is a small file of mode 0600 in the
// user's state folder, held by a lock as long as its program lives. It has no
// secret in it. Safe for concurrent use, by goroutines and by processes.
type OpenUploads struct {
	dir     string
	account client.Account
	host    string
}

// foreignAfter is how long an upload is left alone that was begun on another
// machine, whose locks may not be seen here.
const foreignAfter = 24 * time.Hour

// StateDir is where programs keep what nobody sets: $XDG_STATE_HOME/bucketseal,
// or what Windows and macOS have for it.
func StateDir() string { return filepath.Join(xdg.StateHome, "bucketseal") }

// NewOpenUploads remembers in a folder below state, which is made when it is
// needed; "" is StateDir.
func NewOpenUploads(state string, a client.Account) *OpenUploads {
	if state == "" {
		state = StateDir()
	}
	host, _ := os.Hostname() // without one, only age tells
	return &OpenUploads{dir: filepath.Join(state, "uploads"), account: a, host: host}
}

// an openUpload is what a file says.
type openUpload struct {
	Host      string    `json:"host"`
	Account   string    `json:"account"`             // for people: who it is, the next three say
	AccountID string    `json:"accountId,omitempty"` // "" for the account of one run, and in files of version 1
	Endpoint  string    `json:"endpoint"`
	AccessKey string    `json:"accessKey"`
	Bucket    string    `json:"bucket"`
	Key       string    `json:"key"`
	UploadID  string    `json:"uploadId"`
	Begun     time.Time `json:"begun"`
}

// paths are where an upload may be remembered: where it is today, and where
// version 1 did, by the access key. At another endpoint it is another one.
func (o *OpenUploads) paths(u client.Upload) [2]string {
	var all [2]string
	for i, prefix := range []string{"", o.account.AccessKeyID + "\x00"} {
		sum := sha256.Sum256([]byte(o.account.Endpoint + "\x00" + prefix + u.At.Bucket + "\x00" + u.At.Key + "\x00" + u.ID))
		all[i] = filepath.Join(o.dir, hex.EncodeToString(sum[:16])+".json")
	}
	return all
}

// mine reports whether a file is the account's: by its id, so that it is found when
// the access key was changed, or by the access key, so that it is when the account
// was removed and added again, or is that of one run.
func (o *OpenUploads) mine(f openUpload) bool {
	return f.Endpoint == o.account.Endpoint && (f.AccountID != "" && f.AccountID == o.account.ID || f.AccessKey == o.account.AccessKeyID)
}

// Begun remembers an upload. ended is called once when no more is done for it:
// with gone, it is forgotten; else it is left for the next run to drop.
func (o *OpenUploads) Begun(ctx context.Context, u client.Upload) (ended func(gone bool), err error) {
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return nil, err
	}
	path := o.paths(u)[0]
	l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if ok, err := l.TryLockContext(ctx, 10*time.Millisecond); err != nil || !ok {
		return nil, client.Say("lock %s: %v", path, err).Err()
	}
	ended = func(gone bool) {
		if gone {
			_ = os.Remove(path) // another run finds it gone at the server
		}
		_ = l.Close() // nothing was written through it
	}
	b, err := json.Marshal(openUpload{o.host, o.account.Name, o.account.ID, o.account.Endpoint, o.account.AccessKeyID, u.At.Bucket, u.At.Key, u.ID, time.Now().UTC()})
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		ended(true)
		return nil, err
	}
	return ended, nil
}

// Has reports whether an upload is one of ours, open or left. One whose file is
// being written is.
func (o *OpenUploads) Has(u client.Upload) bool {
	paths := o.paths(u)
	return slices.ContainsFunc(paths[:], func(path string) bool {
		b, err := os.ReadFile(path)
		var f openUpload
		return err == nil && (json.Unmarshal(b, &f) != nil || o.mine(f)) || err != nil && !os.IsNotExist(err)
	})
}

// Stale are the uploads to a bucket whose programs are gone.
func (o *OpenUploads) Stale(bucket string) ([]client.Upload, error) {
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		if os.IsNotExist(err) {
			return nil, nil
		}
		return nil, err
	}
	var all []client.Upload
	for _, e := range entries {
		if u, ok := o.stale(filepath.Join(o.dir, e.Name()), bucket); ok {
			all = append(all, u)
		}
	}
	return all, nil
}

// stale reads one file. One that cannot be read or is not understood is not
// ours to judge.
func (o *OpenUploads) stale(path, bucket string) (client.Upload, bool) {
	b, err := os.ReadFile(path)
	var f openUpload
	if err != nil || json.Unmarshal(b, &f) != nil || f.Bucket != bucket {
		return client.Upload{}, false
	}
	u := client.Upload{At: client.Location{Bucket: f.Bucket, Key: f.Key}, ID: f.UploadID}
	if paths := o.paths(u); !slices.Contains(paths[:], path) || !o.mine(f) || u.At.CheckKey() != nil || u.ID == "" {
		return client.Upload{}, false // another account's, or none of ours
	}
	if f.Host != o.host || o.host == "" {
		return u, time.Since(f.Begun) > foreignAfter
	}
	l := flock.New(path, flock.SetFlag(os.O_RDWR))
	free, err := l.TryLock()
	_ = l.Close() // nothing was written through it
	return u, free && err == nil
}

// Forget forgets an upload that is gone.
func (o *OpenUploads) Forget(u client.Upload) error {
	for _, path := range o.paths(u) {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
