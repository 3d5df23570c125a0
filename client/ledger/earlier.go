package ledger

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// An earlierUpload is a multipart upload as versions before the ledger wrote it down,
// in a file of its own, which their programs held by a lock.
type earlierUpload struct {
	AccountID string    `json:"accountId"` // "" for the account of one run, and in files of version 1
	Endpoint  string    `json:"endpoint"`
	AccessKey string    `json:"accessKey"`
	Bucket    string    `json:"bucket"`
	Key       string    `json:"key"`
	UploadID  string    `json:"uploadId"`
	Begun     time.Time `json:"begun"`

	file *flock.Flock // held
}

func (u *earlierUpload) at() client.Location { return client.Location{Bucket: u.Bucket, Key: u.Key} }

// takeEarlier makes of such files uploads that no row goes on with, and removes them.
// What is none of them, or belongs to a program that runs, stays for another time. The
// caller is alone.
func (l *Ledger) takeEarlier(d *database, folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	var all []earlierUpload
	for _, e := range entries {
		if u, ok := earlier(filepath.Join(folder, e.Name())); ok {
			all = append(all, u)
		}
	}
	err = d.change(func(t *transaction) {
		for i := range all {
			t.takeEarlier(&all[i])
		}
	})
	for _, u := range all {
		_ = u.file.Close() // nothing was written through it
		if err == nil {
			err = os.Remove(u.file.Path())
		}
	}
	if err == nil {
		_ = os.Remove(folder) // where nothing else is in it
	}
	return err
}

// earlier reads one file, and holds it.
func earlier(path string) (u earlierUpload, ok bool) {
	b, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(b, &u) != nil || u.UploadID == "" || u.AccessKey == "" || u.at().CheckKey() != nil {
		return u, false
	}
	u.file = flock.New(path, flock.SetFlag(os.O_RDWR))
	free, err := u.file.TryLock()
	return u, free && err == nil
}

func (t *transaction) takeEarlier(u *earlierUpload) {
	job := transfer.Job{Op: transfer.Upload, To: transfer.ObjectAt(u.AccountID, u.at(), "")}
	number := t.account(client.Account{ID: u.AccountID, Endpoint: u.Endpoint, AccessKeyID: u.AccessKey})
	t.exec("INSERT INTO uploads (account, upload, begun, job) VALUES (?, ?, ?, ?)",
		number, u.UploadID, t.json(transfer.Progress{At: u.Begun, Upload: u.UploadID}), t.json(job))
}
