package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
)

// A source is the file of an upload, opened once and watched: what is sent must
// be what was planned, and must still be that when all of it is sent.
type source struct {
	job  Job
	file *os.File
	stat os.FileInfo // when opened; nil of a stream
	// identity tells the file from another of its name, "" of a stream.
	identity string
	spool    string // the temporary file that holds a stream, "" for a file
	// small is where all of a small file was read to, nil for one that is read as it is
	// sent; it goes back when all is sent, or the source is closed.
	small *[]byte
	// free takes small back where it is a piece of an object and not of a file's buffers.
	free func(*[]byte)
}

// OpenToRead opens a file. It does not wait where opening waits, as that of a pipe does.
func OpenToRead(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|withoutWaiting, 0)
}

// openSource refuses what is no regular file and what is not the file that was
// planned.
func openSource(j Job) (*source, error) {
	f, err := OpenToRead(j.From.Path)
	if err != nil {
		return nil, local(j, err)
	}
	s := &source{job: j, file: f}
	if err := s.begin(); err != nil {
		s.close()
		return nil, local(j, err)
	}
	return s, nil
}

// begin looks at what was opened. A small file is read.
func (s *source) begin() (err error) {
	if s.stat, err = s.file.Stat(); err != nil {
		return err
	}
	if !s.stat.Mode().IsRegular() {
		return client.Say("%s is not a file with contents of its own", s.job.From.Path).Err()
	}
	s.identity = IdentityOf(s.file, s.stat)
	if err := s.asPlanned(); err != nil {
		return err
	}
	if s.job.Expect.Size < bufferBytes {
		return s.readWhole()
	}
	return s.endsWhereItSays()
}

// readWhole reads a small file in one go, so that what is summed is what is sent.
func (s *source) readWhole() error {
	s.small = wholes(s.job.Expect.Size + 1).Get().(*[]byte)
	n, err := io.ReadFull(s.file, (*s.small)[:s.job.Expect.Size+1])
	switch {
	case err == nil:
		return s.longerThanItSays()
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case int64(n) < s.job.Expect.Size:
		return client.Say("%s changed since it was planned: it had %d bytes then and has %d now", s.job.From.Path, s.job.Expect.Size, n).Err()
	}
	return nil
}

// release gives back what a small file was read to: a few hundred may wait for the
// disk once they are sent.
func (s *source) release() {
	switch {
	case s.small == nil:
		return
	case s.free != nil:
		s.free(s.small)
	default:
		wholes(int64(len(*s.small))).Put(s.small)
	}
	s.small = nil
}

// wholes are buffers for small files of a size, in bytes: not much larger, since there
// is one for each file under way.
func wholes(size int64) *sync.Pool {
	switch {
	case size <= tiny:
		return &tinyWholes
	case size <= small:
		return &smallWholes
	}
	return &buffers
}

const (
	tiny  = 8 << 10
	small = 64<<10 + 1
)

var (
	tinyWholes  = sync.Pool{New: func() any { b := make([]byte, tiny); return &b }}
	smallWholes = sync.Pool{New: func() any { b := make([]byte, small); return &b }}
)

// contents are the bytes of the file.
func (s *source) contents() io.ReaderAt {
	if s.small != nil {
		return bytes.NewReader(s.whole())
	}
	return s.file
}

// whole are the bytes of a small file.
func (s *source) whole() []byte { return (*s.small)[:s.job.Expect.Size] }

func (s *source) asPlanned() error {
	switch {
	case s.stat.Size() != s.job.Expect.Size:
		return client.Say("%s changed since it was planned: it had %d bytes then and has %d now", s.job.From.Path, s.job.Expect.Size, s.stat.Size()).Err()
	case !s.job.Expect.Modified.IsZero() && !s.stat.ModTime().Equal(s.job.Expect.Modified):
		return client.Say("%s changed since it was planned", s.job.From.Path).Err()
	}
	return nil
}

// endsWhereItSays refuses a file whose size is not that of its contents, as some
// file systems have them: only a part of it would be sent.
func (s *source) endsWhereItSays() error {
	var more [1]byte
	switch n, err := s.file.ReadAt(more[:], s.job.Expect.Size); {
	case n > 0:
		return s.longerThanItSays()
	case err != nil && !errors.Is(err, io.EOF):
		return err
	}
	return nil
}

func (s *source) longerThanItSays() error {
	return client.Say("%s holds more than the %d bytes its size says: copy it first, and send the copy", s.job.From.Path, s.job.Expect.Size).Err()
}

// unchanged fails when what the path names is another file than the one that was
// opened, or is not what it was then.
func (s *source) unchanged() error {
	if s.stat == nil {
		return nil // nobody else writes to it
	}
	now, err := os.Stat(s.job.From.Path)
	switch {
	case err != nil:
		return local(s.job, client.Say("%s is gone since it was opened (%v): put it back and send it again", s.job.From.Path, err).Err())
	case !os.SameFile(s.stat, now), now.Size() != s.stat.Size(), !now.ModTime().Equal(s.stat.ModTime()):
		return s.changedWhileSent()
	}
	return nil
}

func (s *source) changedWhileSent() error {
	return local(s.job, client.Say("%s changed while it was sent: send it again when nobody writes to it", s.job.From.Path).Err())
}

// checksums reads the whole file once, several spans at a time; a single one with its
// MD5 where that is wanted. MD5s of parts are computed beside the sending.
func (s *source) checksums(ctx context.Context, all []span, withMD5 bool) (digests []digest, whole client.Checksum, err error) {
	digests = make([]digest, len(all))
	if len(all) == 1 {
		digests[0], err = s.digest(ctx, all[0], withMD5)
		return digests, checksumOf(digests[0].crc), err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, sp := range all {
		group.Go(func() (err error) {
			digests[i], err = s.digest(gctx, sp, false)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, client.Checksum{}, err
	}
	crc := uint64(0)
	for i, sp := range all {
		crc = combineCRC(crc, digests[i].crc, sp.length)
	}
	return digests, checksumOf(crc), nil
}

func (s *source) close() {
	if s.file != nil {
		_ = s.file.Close() // only read from, or of no use any more
	}
	s.release()
	if s.spool != "" {
		_ = os.Remove(s.spool) // gone already where an open file can be removed
	}
}

// interruptible ends with its context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if i.ctx.Err() != nil {
		return 0, context.Cause(i.ctx)
	}
	return i.r.Read(p)
}
