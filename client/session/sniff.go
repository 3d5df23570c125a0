package session

import (
	"errors"
	"io"
	"mime"
	"os"
	"path"
	"path/filepath"

	"github.com/gabriel-vasile/mimetype"
)

// sniff opens the file, which also proves that it can be read, and says what
// it holds: by its name where that is telling, else by its first bytes. unsized:
// it has contents and its size says none, as files of /proc do.
func sniff(path string, stat os.FileInfo) (contentType string, unsized bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", false, err
	}
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	contentType = mime.TypeByExtension(filepath.Ext(path))
	if contentType != "" && stat.Size() > 0 {
		return contentType, false, nil
	}
	first := make([]byte, 3072)
	n, err := io.ReadFull(f, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", false, err
	}
	if contentType == "" {
		contentType = mimetype.Detect(first[:n]).String()
	}
	return contentType, stat.Size() == 0 && n > 0, nil
}

// typeOf is what the name of an object says it holds.
func typeOf(key string) string { return mime.TypeByExtension(path.Ext(key)) }

// localReason is what the system says of a file, without the path, which is
// shown beside it.
func localReason(err error) string {
	switch {
	case os.IsNotExist(err):
		return "there is no such file"
	case os.IsPermission(err):
		return "this user may not read it"
	}
	if e, ok := err.(*os.PathError); ok { //nolint:errorlint // the outermost is the one whose path is cut
		return e.Err.Error()
	}
	return err.Error()
}
