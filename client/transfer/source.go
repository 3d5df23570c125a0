package transfer

import (
	"context"
	"errors"
	"io"
	"os"

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
}

// openSource refuses what is no regular file (opening a pipe would wait for
// ever) and what is not the file that was planned.
func openSource(j Job) (*source, error) {
	before, err := os.Stat(j.From.Path)
	if err != nil {
		return nil, local(j, err)
	}
	if !before.Mode().IsRegular() {
		return nil, local(j, client.Say("%s is not a file with contents of its own", j.From.Path).Err())
	}
	f, err := os.Open(j.From.Path)
	if err != nil {
		return nil, local(j, err)
	}
	s := &source{job: j, file: f, identity: IdentityOf(f)}
	if s.stat, err = f.Stat(); err == nil && !os.SameFile(before, s.stat) {
		err = client.Say("it was replaced while it was opened").Err()
	}
	if err == nil {
		err = s.asPlanned()
	}
	if err == nil {
		err = s.endsWhereItSays()
	}
	if err != nil {
		_ = f.Close() // only read from
		return nil, local(j, err)
	}
	return s, nil
}

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
		return client.Say("%s holds more than the %d bytes its size says: copy it first, and send the copy", s.job.From.Path, s.job.Expect.Size).Err()
	case err != nil && !errors.Is(err, io.EOF):
		return err
	}
	return nil
}

// unchanged fails when the file, or what its path names, is another than when
// it was opened.
func (s *source) unchanged() error {
	if s.spool != "" {
		return nil // nobody else writes to it
	}
	opened, err := s.file.Stat()
	if err != nil {
		return local(s.job, err)
	}
	named, err := os.Stat(s.job.From.Path)
	switch {
	case err != nil:
		return local(s.job, client.Say("%s is gone since it was opened: %v", s.job.From.Path, err).Err())
	case !os.SameFile(opened, named):
		return s.changedWhileSent()
	case opened.Size() != s.stat.Size() || !opened.ModTime().Equal(s.stat.ModTime()):
		return s.changedWhileSent()
	}
	return nil
}

func (s *source) changedWhileSent() error {
	return local(s.job, client.Say("%s changed while it was sent: send it again when nobody writes to it", s.job.From.Path).Err())
}

// checksums reads the whole file once, span by span; a single one with its MD5
// where that is wanted. MD5s of parts are computed before each is sent.
func (s *source) checksums(ctx context.Context, all []span, withMD5 bool) (digests []digest, whole client.Checksum, err error) {
	digests = make([]digest, len(all))
	crc := uint64(0)
	for i, sp := range all {
		if digests[i], err = s.digest(ctx, sp, withMD5 && len(all) == 1); err != nil {
			return nil, client.Checksum{}, err
		}
		crc = combineCRC(crc, digests[i].crc, sp.length)
	}
	return digests, checksumOf(crc), nil
}

func (s *source) close() {
	_ = s.file.Close() // only read from, or of no use any more
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
