package store

import (
	"cmp"
	"context"
	"crypto/md5" // the S3 protocol's ETag and Content-MD5
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/mock/seal"
)

func (s *Store) bodyDir() string { return filepath.Join(s.dir, "bodies") }
func (s *Store) tempDir() string { return filepath.Join(s.dir, "tmp") }

// bodyPath is where a body lies; its name is random, so that nothing about the
// object shows in the folder.
func (s *Store) bodyPath(file string) string {
	return filepath.Join(s.bodyDir(), file[:2], file)
}

// body is a body written to its final place, not yet mentioned by a record.
type body struct {
	file string
	size int64
	md5  []byte // nil when not asked for
	crc  uint64
}

// copyBuffers keeps the memory of an upload flat: one buffer each.
var copyBuffers = sync.Pool{New: func() any { b := make([]byte, copyBuffer); return &b }}

const copyBuffer = 256 << 10 // bytes

// incoming is a body on its way in.
type incoming struct {
	from    io.Reader
	size    int64       // announced, -1 when it is not known
	keys    []*seal.Key // none: stored as it is
	wantMD5 bool
}

// writeBody streams a body to disk: temporary file, fsync, rename. After an error
// nothing is left.
func (s *Store) writeBody(ctx context.Context, in incoming) (body, error) {
	b := body{file: randomID()}
	temp := filepath.Join(s.tempDir(), b.file)
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return body{}, fmt.Errorf("write body: %w", err)
	}
	err = b.fill(ctx, f, in)
	if err == nil && !s.opts.Fast {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = s.settle(temp, b.file)
	}
	if err != nil {
		_ = os.Remove(temp) // what stays is swept at the next Open
		return body{}, fmt.Errorf("write body: %w", err)
	}
	return b, nil
}

// fill copies, seals and digests in one pass.
func (b *body) fill(ctx context.Context, f io.Writer, in incoming) (err error) {
	sink, finish := f, func() error { return nil }
	long := in.size < 0 || in.size > copyBuffer
	if len(in.keys) > 0 {
		if long {
			p := &pages{q: writeBehind(f)}
			defer func() { err = cmp.Or(err, p.close()) }()
			f = p
		}
		w, err := seal.NewWriter(f, in.keys...)
		if err != nil {
			return err
		}
		sink, finish = w, w.Close
	}
	crc := crc64nvme.New()
	digests := []io.Writer{crc}
	var digest hash.Hash
	if in.wantMD5 {
		digest = md5.New()
		digests = append(digests, digest)
	}
	if len(in.keys) > 0 && long {
		err = b.copyBehind(ctx, sink, in, io.MultiWriter(digests...))
	} else {
		err = b.copy(ctx, sink, in, io.MultiWriter(digests...))
	}
	if err != nil {
		return err
	}
	if in.size >= 0 && b.size != in.size {
		return ErrIncompleteBody
	}
	b.crc = crc.Sum64()
	if digest != nil {
		b.md5 = digest.Sum(nil)
	}
	return finish()
}

// copy reads, digests and writes, one after the other.
func (b *body) copy(ctx context.Context, to io.Writer, in incoming, digest io.Writer) error {
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	for done := false; !done; {
		p, last, err := b.next(ctx, in, *buf, digest)
		if err != nil {
			return err
		}
		if _, err := to.Write(p); err != nil {
			return err
		}
		done = last
	}
	return nil
}

// copyBehind writes beside reading: sealing takes about as long as the rest.
func (b *body) copyBehind(ctx context.Context, to io.Writer, in incoming, digest io.Writer) (err error) {
	q := writeBehind(to)
	defer func() {
		if e := q.close(); err == nil {
			err = e
		}
	}()
	for done := false; !done; {
		buf := q.buffer()
		p, last, err := b.next(ctx, in, *buf, digest)
		if e := q.write(buf, len(p)); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
		done = last
	}
	return nil
}

// next reads a buffer and digests it; last says that nothing comes after.
func (b *body) next(ctx context.Context, in incoming, buf []byte, digest io.Writer) (p []byte, last bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	p, err = fillBuffer(in.from, buf)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, fmt.Errorf("read the body: %w", err)
	}
	b.size += int64(len(p))
	if in.size >= 0 && b.size > in.size {
		return nil, false, ErrIncompleteBody
	}
	_, _ = digest.Write(p)
	return p, err != nil, nil
}

// fillBuffer reads until the buffer is full or the reader reports something. Unlike
// io.ReadFull it keeps a reader's own io.ErrUnexpectedEOF (a connection that broke)
// apart from the plain end.
func fillBuffer(r io.Reader, buf []byte) ([]byte, error) {
	n := 0
	for n < len(buf) {
		m, err := r.Read(buf[n:])
		n += m
		if err == io.EOF { // the contract of io.Reader is this very value
			return buf[:n], io.EOF
		}
		if err != nil {
			return buf[:n], err
		}
	}
	return buf[:n], nil
}

// settle moves a finished temporary file to its place.
func (s *Store) settle(temp, file string) error {
	target := s.bodyPath(file)
	dir := filepath.Dir(target)
	made := os.Mkdir(dir, 0o700)
	if made != nil && !errors.Is(made, fs.ErrExist) {
		return made
	}
	if err := os.Rename(temp, target); err != nil {
		return err
	}
	if made == nil {
		if err := s.syncDir(s.bodyDir()); err != nil {
			return err
		}
	}
	return s.syncDir(dir)
}

// syncDir makes a rename durable. Windows has no such call and needs none.
func (s *Store) syncDir(dir string) error {
	if s.opts.Fast || runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// remove deletes bodies no record mentions any more. A file that cannot be deleted
// now (Windows: still open) is swept at the next Open.
func (s *Store) remove(files ...string) {
	for _, file := range files {
		_ = os.Remove(s.bodyPath(file))
	}
}

// pins keep the bodies of an object on disk while somebody reads them.
type pins struct {
	mu      sync.Mutex
	readers map[string]int      // record id -> open Readers
	doomed  map[string][]string // record id -> files to delete after the last Reader
}

// pin looks something up and pins the record it returns, so that no deletion comes
// between the two.
func (s *Store) pin(find func() (id string, err error)) error {
	s.pins.mu.Lock()
	defer s.pins.mu.Unlock()
	id, err := find()
	if err != nil {
		return err
	}
	if s.pins.readers == nil {
		s.pins.readers = map[string]int{}
		s.pins.doomed = map[string][]string{}
	}
	s.pins.readers[id]++
	return nil
}

func (s *Store) unpin(id string) {
	s.pins.mu.Lock()
	defer s.pins.mu.Unlock()
	if s.pins.readers[id]--; s.pins.readers[id] > 0 {
		return
	}
	delete(s.pins.readers, id)
	s.remove(s.pins.doomed[id]...)
	delete(s.pins.doomed, id)
}

// discard deletes the bodies of a record whose deletion is committed.
func (s *Store) discard(gone fallen) {
	s.pins.mu.Lock()
	defer s.pins.mu.Unlock()
	if s.pins.readers[gone.id] > 0 {
		s.pins.doomed[gone.id] = gone.files
		return
	}
	s.remove(gone.files...)
}
