package s3store

import (
	"io"
	"sync"

	"github.com/bucketseal/bucketseal/client"
)

// A source is the body of one try of an upload: size bytes from the start of r, which
// is sought when the first of them is read.
type source struct {
	mu    sync.Mutex    // the network may read on when its answer is there
	r     io.ReadSeeker // nil once it was abandoned
	size  int64
	given int64
	begun bool
}

func newSource(r io.ReadSeeker, size int64) *source { return &source{r: r, size: size} }

// errSource says that it was the file, and not the network, that failed.
type errSource struct{ err error }

func (e *errSource) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errSource) Text() client.Text { return client.Say("read what is uploaded: %v", e.err) }
func (e *errSource) Unwrap() error     { return e.err }

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.given >= s.size || s.r == nil {
		return 0, io.EOF
	}
	if !s.begun {
		if _, err := s.r.Seek(0, io.SeekStart); err != nil {
			return 0, &errSource{err}
		}
		s.begun = true
	}
	if left := s.size - s.given; int64(len(p)) > left {
		p = p[:left]
	}
	n, err := s.r.Read(p)
	s.given += int64(n)
	switch {
	case err == io.EOF && s.given < s.size:
		return n, &errSource{client.Say("it ended after %d of %d bytes: it changed while it was read", s.given, s.size).Err()}
	case err != nil && err != io.EOF:
		return n, &errSource{err}
	}
	return n, nil
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
