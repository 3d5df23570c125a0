package session

import (
	"errors"
	"io"
	"mime"
	"os"
	"path"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// sniff refuses a file that this user may not read, and says what its name tells of
// what it holds: where that is nothing, the upload looks at its first bytes. One that
// has contents where its size says none, as files of /proc do, has to be read to know
// how much.
func sniff(path string, stat os.FileInfo) (found SourceFile, err error) {
	identity, err := transfer.FindReadable(path, stat)
	if err != nil {
		return found, err
	}
	found = SourceFile{
		From: transfer.ReadFrom(path), ContentType: mime.TypeByExtension(filepath.Ext(path)),
		Expect: transfer.Expect{Size: stat.Size(), Modified: stat.ModTime(), Identity: identity},
	}
	if stat.Size() == 0 {
		found.From.Unsized, err = hasContents(path)
	}
	return found, err
}

// hasContents opens a file to see whether there is anything in it.
func hasContents(path string) (has bool, err error) {
	f, err := transfer.OpenToRead(path)
	if err != nil {
		return false, err
	}
	n, err := f.Read(make([]byte, 1))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n > 0, errors.Join(err, f.Close())
}

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
