package transfer

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

// A body is what one request reads: a span of the source, straight from the
// file, counted as it goes, paced, and summed. A request that is repeated
// rewinds it: then the count is taken back and the sum begins anew. Of a small file
// that was read before, what is sent is what was summed.
type body struct {
	ctx    context.Context
	engine *Engine
	it     *item
	source *source
	length int64

	mu      sync.Mutex // a transport may still read while a retry rewinds
	section *io.SectionReader
	at      int64
	counted int64 // bytes counted as sent: [0, counted)
	crc     uint64
	summed  int64 // bytes in crc: [0, summed)
	err     error // of the file, not of the network
}

var _ io.ReadSeeker = (*body)(nil)

func (e *Engine) newBody(ctx context.Context, it *item, src *source, s span) *body {
	return &body{
		ctx: ctx, engine: e, it: it, source: src, length: s.length,
		section: io.NewSectionReader(src.contents(), s.offset, s.length),
	}
}

func (b *body) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, context.Cause(b.ctx)
	}
	p = p[:min(len(p), b.engine.cfg.Pace.Up().Piece())]
	n, grown, err := b.read(p)
	b.engine.moved(b.it, grown)
	if n > 0 {
		if stop := b.engine.cfg.Pace.Up().Wait(b.ctx, n); stop != nil {
			return n, stop
		}
	}
	return n, err
}

func (b *body) read(p []byte) (n int, grown int64, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, err = b.section.Read(p)
	if b.at == b.summed && b.source.small == nil {
		b.crc = crc64nvme.Update(b.crc, p[:n])
		b.summed += int64(n)
	}
	b.at += int64(n)
	if b.at > b.counted {
		grown = b.at - b.counted
		b.counted = b.at
	}
	switch {
	case errors.Is(err, io.EOF) && b.at < b.length:
		// Ending quietly here would send a short request.
		b.err = b.source.changedWhileSent()
		err = b.err
	case err != nil && !errors.Is(err, io.EOF):
		b.err = local(b.source.job, err)
		err = b.err
	}
	return n, grown, err
}

// Seek back takes back what was counted beyond.
func (b *body) Seek(offset int64, whence int) (int64, error) {
	b.mu.Lock()
	at, err := b.section.Seek(offset, whence)
	if err != nil {
		b.mu.Unlock()
		return at, client.Say("seek in %s: %v", b.source.job.From, err).Err()
	}
	back := max(b.counted-at, 0)
	b.counted -= back
	b.at = at
	if at == 0 {
		b.crc, b.summed = 0, 0
	}
	b.mu.Unlock()
	b.engine.moved(b.it, -back)
	return at, nil
}

// takeBack uncounts a request that failed.
func (b *body) takeBack() {
	b.mu.Lock()
	back := b.counted
	b.counted = 0
	b.mu.Unlock()
	b.engine.moved(b.it, -back)
}

// failure prefers the file's own error to what a store made of it. A server that
// received other bytes than were read for their digest tells of a file that
// changed, where other bytes went out.
func (b *body) failure(err error, as digest) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.err != nil:
		return b.err
	case client.KindOf(err) == client.KindCorrupt && b.isAnother(as):
		return b.source.changedWhileSent()
	}
	return err
}

// asRead fails when the file changed since its digest was computed: by its
// properties, and by the bytes that went out where they were all seen.
func (b *body) asRead(as digest) error {
	if err := b.source.unchanged(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isAnother(as) {
		return b.source.changedWhileSent()
	}
	return nil
}

// isAnother reports whether the bytes of the span, read through in one go, are
// not those of a digest. The caller holds the mutex.
func (b *body) isAnother(as digest) bool {
	return b.source.small == nil && b.summed == b.length && b.crc != as.crc
}
