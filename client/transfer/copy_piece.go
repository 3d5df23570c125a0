package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// Pieces of at most mostInMemory bytes are in memory while they are sent, all of them at
// once at most piecesInMemory bytes of an engine. Of objects above 160 GiB, or where the
// user wants larger parts, they are in temporary files without a name.
const (
	mostInMemory   = mostAtOnce
	piecesInMemory = 48 << 20
)

var pieceBuffers sync.Pool

// piece brings a piece of the source here, to be sent.
func (c *copyOf) piece(ctx context.Context, s span) (*source, error) {
	job := c.it.row.Job
	job.Expect.Size = s.length
	if s.length > mostInMemory {
		return c.pieceOnDisk(ctx, job, s)
	}
	e := c.engine
	if err := e.pieces.Acquire(ctx, s.length); err != nil {
		return nil, context.Cause(ctx)
	}
	src := &source{job: job, small: pieceBuffer(s.length)}
	src.free = func(b *[]byte) {
		pieceBuffers.Put(b)
		e.pieces.Release(s.length)
	}
	into := bytes.NewBuffer((*src.small)[:0])
	if err := c.fetch(ctx, into, s); err != nil {
		src.close()
		return nil, err
	}
	return src, nil
}

// pieceBuffer is one that holds size bytes.
func pieceBuffer(size int64) *[]byte {
	if b, ok := pieceBuffers.Get().(*[]byte); ok && int64(cap(*b)) >= size {
		*b = (*b)[:size]
		return b
	}
	b := make([]byte, size)
	return &b
}

// pieceOnDisk brings a large piece here.
func (c *copyOf) pieceOnDisk(ctx context.Context, j Job, s span) (*source, error) {
	src, err := newSpool(j)
	if err != nil {
		return nil, err
	}
	if err := c.fetch(ctx, src.file, s); err != nil {
		src.close()
		return nil, err
	}
	return src, nil
}

// newSpool makes the temporary file of what is to be sent and is no file.
func newSpool(j Job) (*source, error) {
	name := filepath.Join(os.TempDir(), partName("stream"))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, notSpooled(j, err)
	}
	disk.Lock(f)
	_ = os.Remove(name) // where an open file lives on, nothing is left of it however the program ends
	return &source{job: j, file: f, spool: name}, nil
}

// fetch reads a piece of the source. A body that breaks off is gone on with where it
// stopped.
func (c *copyOf) fetch(ctx context.Context, to io.Writer, s span) error {
	for failures := 0; s.length > 0; {
		n, err := c.fetchOnce(ctx, to, s)
		s.offset, s.length = s.offset+n, s.length-n
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil, s.length == 0 && mayContinue(err): // broke off after the last byte
			return nil
		case !mayContinue(err):
			return unanswered(err)
		}
		if n > 0 {
			failures = 0
		}
		if failures++; failures == fetchTries {
			return c.brokeOff(err)
		}
		if err := pause(client.WithTurn(ctx, nil), failures); err != nil {
			return err
		}
	}
	return nil
}

// fetchOnce asks for a piece, or the rest of one, and passes on what comes: n bytes.
func (c *copyOf) fetchOnce(ctx context.Context, to io.Writer, s span) (n int64, err error) {
	o := client.ReadOptions{VersionID: c.it.row.Job.From.Version, IfMatch: c.source.ETag, Key: c.key}
	if s.length < c.source.Size {
		o.Offset, o.Length = s.offset, s.length
	}
	got, body, err := c.origin.Store.Get(ctx, c.it.row.Job.From.At, o)
	if err != nil {
		return 0, &noAnswer{err}
	}
	defer func() { _ = body.Close() }() // only read from
	switch {
	case got.ETag != "" && c.source.ETag != "" && !client.SameETag(got.ETag, c.source.ETag):
		return 0, c.changed(errChangedSince) // a server that does not know If-Match
	case got.SizeTold() && got.Size != c.source.Size:
		return 0, unlike(c.it.row.Job, got.RequestID, client.Say("the object was said to have %d bytes, and GET says %d", c.source.Size, got.Size))
	}
	return c.pass(ctx, to, body, s.length)
}

// pass passes on n bytes and no more, which have to end there.
func (c *copyOf) pass(ctx context.Context, to io.Writer, r io.Reader, left int64) (n int64, err error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	lane := c.engine.cfg.Pace.Down()
	for {
		// One byte more than is missing: a server that ignores the range and sends the whole
		// object must not pass.
		p := (*buf)[:min(int64(len(*buf)), int64(lane.Piece()), left+1)]
		got, rerr := r.Read(p)
		if int64(got) > left {
			return n, &client.Error{Op: "GetObject", Kind: client.KindCorrupt, At: c.it.row.Job.From.At, Err: errTooMuch}
		}
		if _, err := to.Write(p[:got]); err != nil {
			return n, notSpooled(c.it.row.Job, err)
		}
		n, left = n+int64(got), left-int64(got)
		c.engine.down.add(int64(got), c.engine.cfg.Now())
		if err := lane.Wait(ctx, got); err != nil {
			return n, err
		}
		switch {
		case left == 0 && (errors.Is(rerr, client.ErrNoEnd) || errors.Is(rerr, io.EOF)):
			return n, nil
		case errors.Is(rerr, io.EOF):
			return n, io.ErrUnexpectedEOF
		case rerr != nil:
			return n, rerr
		}
	}
}
