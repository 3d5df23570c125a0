package session

import (
	"errors"
	"io"
	"mime"
	"os"
	"path"
	"path/filepath"
	"sync"

	"github.com/gabriel-vasile/mimetype"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// sniff opens a file, which also proves that it can be read, and says what it is
// and what it holds: by its name where that is telling, else by its first bytes.
// One that has contents where its size says none, as files of /proc do, has to be
// read to know how much.
func sniff(path string, stat os.FileInfo) (found SourceFile, err error) {
	f, err := transfer.OpenToRead(path)
	if err != nil {
		return found, err
	}
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	found = SourceFile{
		From: transfer.ReadFrom(path), ContentType: mime.TypeByExtension(filepath.Ext(path)),
		Expect: transfer.Expect{Size: stat.Size(), Modified: stat.ModTime(), Identity: transfer.IdentityOf(f, stat)},
	}
	if found.ContentType != "" && stat.Size() > 0 {
		return found, nil
	}
	first := beginnings.Get().(*[3072]byte)
	defer beginnings.Put(first)
	n, err := io.ReadFull(f, first[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return found, err
	}
	if found.ContentType == "" {
		found.ContentType = mimetype.Detect(first[:n]).String()
	}
	found.From.Unsized = stat.Size() == 0 && n > 0
	return found, nil
}

// beginnings are buffers for the first bytes of files: as many as tell their types.
var beginnings = sync.Pool{New: func() any { return new([3072]byte) }}

// typeOf is what the name of an object says it holds.
func typeOf(key string) string { return mime.TypeByExtension(path.Ext(key)) }

// localReason is what the system says of a file, without the path, which is
// shown beside it.
func localReason(err error) client.Text {
	switch {
	case os.IsNotExist(err):
		return client.Say("there is no such file")
	case os.IsPermission(err):
		return client.Say("this user may not read it")
	}
	if e, ok := err.(*os.PathError); ok { //nolint:errorlint // the outermost is the one whose path is cut
		return client.TextOf(e.Err)
	}
	return client.TextOf(err)
}
