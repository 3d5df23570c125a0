package main

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) planUpload(ctx context.Context, s *session.Session, f *cpFlags, from, to string) (iter.Seq2[transfer.Plan, error], error) {
	at, err := client.ParseLocation(to)
	if err != nil {
		return nil, usage("%w", err)
	}
	if at.Bucket == "" {
		return nil, usage("%s names no bucket", to)
	}
	if from == stdio && f.key.file == stdio {
		return nil, usage("the standard input cannot be both the file and the key: put the key into a file")
	}
	if f.version != "" || f.acceptStale {
		return nil, usage("--version-id and --accept-stale-checksum are for downloads")
	}
	o, c := session.UploadOptions{Contents: true}, session.Choice{Overwrite: transfer.Overwrite(f.overwrite)}
	if c.Encryption, err = a.overrideEncryption(ctx, s, f); err != nil {
		return nil, err
	}
	if from == stdio {
		return a.planFromInput(ctx, s, f, at, o, c)
	}
	stat, err := os.Stat(from)
	switch {
	case err != nil:
		return nil, &client.Error{Op: "open", Kind: client.KindLocal, Err: err}
	case stat.IsDir() && !f.recursive:
		return nil, usage("%s is a folder: add -r to upload all it holds", from)
	case !stat.IsDir() && !at.IsFolder():
		o.As = at.Key
		at = at.Parent()
	}
	if err == nil && stat.Mode()&os.ModeNamedPipe != 0 && o.As != "" { // the shell's <(command) is one
		o.From = func() (io.ReadCloser, error) { return os.Open(from) }
	}
	return s.PlanUpload(ctx, []string{from}, at, o, c), nil
}

func (a *app) planDownload(ctx context.Context, s *session.Session, f *cpFlags, from, to string) (iter.Seq2[transfer.Plan, error], error) {
	at, err := client.ParseLocation(from)
	if err != nil {
		return nil, usage("%w", err)
	}
	if at.Bucket == "" {
		return nil, usage("%s names no bucket", from)
	}
	if f.sse != "" || f.kmsKey != "" {
		return nil, usage("--sse and --kms-key are for uploads; a download decrypts by itself")
	}
	o := session.DownloadOptions{VersionID: f.version, Contents: true, AcceptStale: f.acceptStale}
	what := client.Object{At: at}
	if f.recursive {
		if what, err = s.Find(ctx, at, true); err != nil {
			return nil, err
		}
	}
	root := to
	if what.IsFolder && to == stdio {
		return nil, usage("- takes one object; %s is a folder", from)
	}
	if !what.IsFolder {
		if folder, err := a.isOnlyFolder(ctx, s, at); err != nil {
			return nil, err
		} else if folder {
			return nil, usage("%s is a folder: add -r to download all it holds", from)
		}
		o.Into = a.into(to)
		switch {
		case o.Into != nil:
			o.As = to
		case !isFolderPath(to):
			root, o.As = filepath.Split(to)
			if root == "" {
				root = "."
			}
		}
	}
	if o.Key, err = a.customerKey(ctx, s, f.key); err != nil {
		return nil, err
	}
	return s.PlanDownload(ctx, []client.Object{what}, root, o, session.Choice{Overwrite: transfer.Overwrite(f.overwrite)}), nil
}

// isOnlyFolder reports whether a place is named as a folder and no object is
// called so.
func (a *app) isOnlyFolder(ctx context.Context, s *session.Session, at client.Location) (bool, error) {
	switch {
	case at.CheckKey() != nil:
		return true, nil //nolint:nilerr // names no object: a bucket
	case !at.IsFolder():
		return false, nil
	}
	there, err := s.IsThere(ctx, at)
	return err == nil && !there, nil // who may not look is told by the download
}

// orIsFolder says so where what could not be taken as an object is a folder. It is
// looked at afterwards: nobody waits for it whose object is there.
func (a *app) orIsFolder(ctx context.Context, s *session.Session, f *cpFlags, from string, err error) error {
	var p *partial
	if !errors.As(err, &p) || p.code != exitFailed || f.recursive || a.flags.json || !strings.HasPrefix(from, client.Scheme) {
		return err
	}
	at, parsed := client.ParseLocation(from)
	if what, missing := s.Find(ctx, at, false); parsed == nil && missing == nil && what.IsFolder {
		printf(a.err, "bucketseal-cli: %s is a folder: add -r to take all it holds\n", at)
	}
	return err
}

// isFolderPath reports whether a local target is meant as a folder.
func isFolderPath(p string) bool {
	if strings.HasSuffix(p, "/") || strings.HasSuffix(p, string(filepath.Separator)) || path.Base(filepath.ToSlash(p)) == ".." {
		return true
	}
	stat, err := os.Stat(p)
	return err == nil && stat.IsDir()
}
