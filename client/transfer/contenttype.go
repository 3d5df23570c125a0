package transfer

import (
	"errors"
	"io"

	"github.com/gabriel-vasile/mimetype"
)

// tellingBytes are as many of a file as tell what it holds.
const tellingBytes = 3072

// contentType is what the job says that the file holds, or else what its first bytes
// do.
func (s *source) contentType() (string, error) {
	switch {
	case s.job.ContentType != "":
		return s.job.ContentType, nil
	case s.small != nil:
		return mimetype.Detect(s.whole()).String(), nil
	}
	first := make([]byte, tellingBytes)
	n, err := s.file.ReadAt(first, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return mimetype.Detect(first[:n]).String(), nil
}
