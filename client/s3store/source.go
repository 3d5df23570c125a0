package s3store

import (
	"io"
	"sync"

	"github.com/bucketseal/bucketseal/client"
)

// A source is the body of an upload: size bytes from the start of r, read again
// from the start when a request is repeated. Seeking is done when bytes are
// read, so that r sees a Seek only where it has to go back: whoever counts
// progress in r is not confused by the SDK measuring its length.
type source struct {
	mu   sync.Mutex    // the network may read on when its answer is there
	r    io.ReadSeeker // nil once it was abandoned
	size int64
	want int64 // where the next byte comes from
	at   int64 // where r is, -1 for not known
}

func newSource(r io.ReadSeeker, size int64) *source { return &source{r: r, size: size, at: -1} }

// errSource says that it was the file, and not the network, that failed.
type errSource struct{ err error }

func (e *errSource) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errSource) Text() client.Text { return client.Say("read what is uploaded: %v", e.err) }
func (e *errSource) Unwrap() error     { return e.err }

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.want >= s.size || s.r == nil {
		return 0, io.EOF
	}
	if s.at != s.want {
		if _, err := s.r.Seek(s.want, io.SeekStart); err != nil {
			return 0, &errSource{err}
		}
		s.at = s.want
	}
	if left := s.size - s.want; int64(len(p)) > left {
		p = p[:left]
	}
	n, err := s.r.Read(p)
	s.at += int64(n)
	s.want += int64(n)
	switch {
	case err == io.EOF && s.want < s.size:
		return n, &errSource{client.Say("it ended after %d of %d bytes: it changed while it was read", s.want, s.size).Err()}
	case err != nil && err != io.EOF:
		return n, &errSource{err}
	}
	return n, nil
}

func (s *source) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.want
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, &errSource{client.Say("seek to %d, before the start", offset).Err()}
	}
	s.want = offset
	return offset, nil
}

// Close is abandon, for net/http.
func (s *source) Close() error {
	s.abandon()
	return nil
}

// abandon ends the reading for good, since the next try reads the same file: nobody
// is in r when it returns.
func (s *source) abandon() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.r = nil
}
