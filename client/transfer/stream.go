package transfer

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// What has no size before it is read (standard input, a pipe, a file of /proc) is
// read to its end into a temporary file before anything is sent; what is no file
// (standard output, a pipe, a device) is given the bytes of one after they are
// verified. So a stream is proved like any file, and needs as much space as one.

// sourceOf is the source of an upload. The size of a stream is known from then on,
// and put into the row.
func (e *Engine) sourceOf(ctx context.Context, it *item) (*source, error) {
	job := it.row.Job
	if job.From == nil {
		return openSource(job)
	}
	name := filepath.Join(os.TempDir(), partName("stream"))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, tempMode)
	if err != nil {
		return nil, local(job, err)
	}
	lock(f)
	s := &source{job: job, file: f, spool: name}
	_ = os.Remove(name) // where an open file lives on, nothing is left of it however the program ends
	size, err := s.fill(ctx)
	if err != nil {
		s.close()
		return nil, err
	}
	e.mu.Lock()
	it.row.Job.Size = size
	e.touched(it)
	e.mu.Unlock()
	s.job.Size = size
	return s, nil
}

// fill reads the stream to its end. A read that waits for somebody is left
// behind when the job is stopped.
func (s *source) fill(ctx context.Context) (int64, error) {
	type filled struct {
		n   int64
		err error
	}
	done := make(chan filled, 1)
	go func() {
		r, err := s.job.From()
		if err != nil {
			done <- filled{0, err}
			return
		}
		n, err := io.Copy(s.file, &interruptible{ctx, r})
		_ = r.Close() // only read from
		done <- filled{n, err}
	}()
	select {
	case got := <-done:
		if got.err != nil && ctx.Err() == nil {
			return 0, local(s.job, fmt.Errorf("read %s: %w", s.job.Local, got.err))
		}
		return got.n, context.Cause(ctx)
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// deliver gives the verified bytes to where they are wanted. Like fill, it does
// not wait for a reader after the job was stopped.
func (t *target) deliver(ctx context.Context) error {
	if _, err := t.file.Seek(0, io.SeekStart); err != nil {
		return local(t.job, err)
	}
	done := make(chan error, 1)
	go func() { done <- t.job.Into(&interruptible{ctx, t.file}) }()
	select {
	case err := <-done:
		if err != nil && ctx.Err() == nil {
			return local(t.job, fmt.Errorf("write %s: %w", t.job.Local, err))
		}
		return context.Cause(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
