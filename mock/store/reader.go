package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"sync"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// Reader reads the plaintext of one object. ReadAt and Range may be used
// concurrently; one reader made by Range belongs to one goroutine. Make one with
// [Store.Open].
type Reader struct {
	Object Object

	store    *Store
	id       string
	keys     []*seal.Key
	segments []segment

	mu     sync.Mutex
	open   map[*os.File]struct{}
	closed bool
}

var _ io.ReaderAt = (*Reader)(nil)

// errClosed is os.ErrClosed for a Reader.
var errClosed = fmt.Errorf("read object: %w", os.ErrClosed)

// segment is a run of plaintext that lies in one file: the whole object or a part.
type segment struct {
	off, size int64
	file      string
	part      *partRecord // nil for a single PUT
}

// prepare opens the keys and judges the length of every body file, so that a
// missing or cut one is found before a byte is sent.
func (r *Reader) prepare(ctx context.Context, rec record, parts []partRecord, c seal.CustomerKey) error {
	keys, err := r.store.openKeys(ctx, rec, parts, c)
	if err != nil {
		return err
	}
	r.keys = keys
	if rec.File != "" {
		r.segments = []segment{{size: rec.Size, file: rec.File}}
	}
	var off int64
	for i := range parts {
		r.segments = append(r.segments, segment{off: off, size: parts[i].Size, file: parts[i].File, part: &parts[i]})
		off += parts[i].Size
	}
	for _, g := range r.segments {
		if err := r.checkLength(g); err != nil {
			return err
		}
		if g.size == 0 { // nothing of it will be read: judge it here
			if _, err := r.segmentKeys(g); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Reader) checkLength(g segment) error {
	want, err := seal.SealedSize(g.size, len(r.keys))
	if err != nil {
		return err
	}
	st, err := os.Stat(r.store.bodyPath(g.file))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the body is missing: %w", ErrCorrupt)
	}
	if err != nil {
		return err
	}
	if st.Size() != want {
		return fmt.Errorf("the body has %d bytes on disk instead of %d: %w", st.Size(), want, ErrCorrupt)
	}
	return nil
}

// Size is the number of plaintext bytes.
func (r *Reader) Size() int64 { return r.Object.Size }

// PartRange returns offset and length of part number n (1..PartCount; 1 for an
// object of a single PUT), for ?partNumber=; ok is false when there is none. Parts
// count by their place in the object, not by the number they were uploaded under.
func (r *Reader) PartRange(n int) (off, length int64, ok bool) {
	if n < 1 || n > len(r.segments) {
		return 0, 0, false
	}
	g := r.segments[n-1]
	return g.off, g.size, true
}

// segmentAt returns the index of the segment that holds the byte at off, which is
// less than Size.
func (r *Reader) segmentAt(off int64) int {
	return sort.Search(len(r.segments), func(i int) bool { return r.segments[i].off+r.segments[i].size > off })
}

// ReadAt implements io.ReaderAt over the plaintext. Errors wrap ErrCorrupt when the
// bytes on disk are not those written; p then holds nothing to be used.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read object: negative offset %d", off)
	}
	n := 0
	for n < len(p) && off < r.Size() {
		i := r.segmentAt(off)
		g := r.segments[i]
		want := min(int64(len(p)-n), g.off+g.size-off)
		if err := r.readSegment(g, p[n:n+int(want)], off-g.off); err != nil {
			clear(p)
			return 0, fmt.Errorf("read object: %w", err)
		}
		n += int(want)
		off += want
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// readSegment fills p from within one segment.
func (r *Reader) readSegment(g segment, p []byte, off int64) error {
	src, f, err := r.openSegment(g)
	if err != nil {
		return err
	}
	defer r.closeFile(f)
	_, err = src.ReadAt(p, off)
	return err
}

// plaintext is an opened segment.
type plaintext interface {
	io.ReaderAt
	From(off int64) (io.Reader, error)
}

// openSegment opens the file of a segment and, when it is sealed, its keys.
func (r *Reader) openSegment(g segment) (plaintext, *os.File, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, errClosed
	}
	f, err := os.Open(r.store.bodyPath(g.file))
	if err != nil {
		return nil, nil, fmt.Errorf("the body is missing: %w: %w", ErrCorrupt, err)
	}
	src, err := r.unseal(g, f)
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	if r.open == nil {
		r.open = map[*os.File]struct{}{}
	}
	r.open[f] = struct{}{}
	return src, f, nil
}

func (r *Reader) unseal(g segment, f *os.File) (plaintext, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if len(r.keys) == 0 {
		if st.Size() != g.size {
			return nil, fmt.Errorf("the body has %d bytes on disk instead of %d: %w", st.Size(), g.size, ErrCorrupt)
		}
		return bare{f, g.size}, nil
	}
	keys, err := r.segmentKeys(g)
	if err != nil {
		return nil, err
	}
	return seal.OpenStream(f, st.Size(), g.size, keys...)
}

// segmentKeys returns what a segment is sealed with: the object's data keys, or the
// part's own.
func (r *Reader) segmentKeys(g segment) ([]*seal.Key, error) {
	if len(r.keys) == 0 || g.part == nil {
		return r.keys, nil
	}
	return openPart(*g.part, r.keys)
}

// bare is a body that is not sealed.
type bare struct {
	*os.File
	size int64
}

func (b bare) From(off int64) (io.Reader, error) {
	return io.NewSectionReader(b.File, off, b.size-off), nil
}

func (r *Reader) closeFile(f *os.File) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.open[f]; ok {
		delete(r.open, f)
		_ = f.Close() // opened for reading
	}
}

// Close releases the files. Idempotent.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	for f := range r.open {
		_ = f.Close() // opened for reading
	}
	r.open = nil
	r.store.unpin(r.id)
	return nil
}
