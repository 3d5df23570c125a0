package transfer

import (
	"context"
	"io"
	"os"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// What has no size before it is read (standard input, a pipe, a file of /proc) is
// read to its end into a temporary file before anything is sent; what is no file
// (standard output, a pipe, a device) is given the bytes of one after they are
// verified. So a stream is proved like any file, and needs as much space as one.

// A Stream is what a job reads or writes that is no file of this machine and lives
// in this run of the program only: standard input, standard output, a pipe that
// the caller holds.
type Stream struct {
	// Open opens what an upload reads. It is read once, to its end, for each attempt.
	Open func() (io.ReadCloser, error)
	// Take is given the bytes of a download, once they are verified.
	Take func(io.Reader) error
}

// Attach gives the stream that a job names (Place.Stream), by the job's id and
// before it is submitted. A job whose stream nobody attached is refused: its
// stream ended with the program that had it.
func (e *Engine) Attach(id string, s Stream) { e.streams.Store(id, s) }

// stream is what was attached to a job.
func (e *Engine) stream(j Job) (Stream, error) {
	if s, ok := e.streams.Load(j.ID); ok {
		return s.(Stream), nil
	}
	return Stream{}, &client.Error{
		Op: string(j.Op), Kind: client.KindRefused, At: j.At(),
		Err: client.Say("%s was a stream of a program that has ended, and cannot be had again: begin anew", first(j.From.Stream, j.To.Stream)).Err(),
	}
}

// sourceOf is the source of an upload. The size of a stream is known from then on,
// and put into the row.
func (e *Engine) sourceOf(ctx context.Context, it *item) (*source, error) {
	if from := it.row.Job.From; from.Stream == "" && !from.Unsized {
		return openSource(it.row.Job)
	}
	job := it.row.Job
	open := func() (io.ReadCloser, error) { return os.Open(job.From.Path) }
	if job.From.Stream != "" {
		s, err := e.stream(job)
		if err != nil {
			return nil, err
		}
		open = s.Open
	}
	s, err := newSpool(job)
	if err != nil {
		return nil, err
	}
	size, err := s.fill(ctx, open)
	if err != nil {
		s.close()
		return nil, err
	}
	e.mu.Lock()
	it.row.Job.Expect.Size = size
	e.touched(it)
	e.mu.Unlock()
	s.job.Expect.Size = size
	return s, nil
}

// notSpooled says why a stream could not be read to its end into the temporary file.
func notSpooled(j Job, err error) error {
	if !disk.IsFull(err) {
		return local(j, client.Say("read %s: %v", j.From, err).Err())
	}
	return &client.Error{
		Op: string(j.Op), Kind: client.KindFull, At: j.At(), Err: err,
		Said: client.Say("what comes from a stream is kept in %s until it is sent, and there is no room left: make some, or let TMPDIR (TMP on Windows) name a folder on another disk", os.TempDir()),
	}
}

// fill reads the stream to its end. A read that waits for somebody is left
// behind when the job is stopped.
func (s *source) fill(ctx context.Context, open func() (io.ReadCloser, error)) (int64, error) {
	type filled struct {
		n   int64
		err error
	}
	done := make(chan filled, 1)
	go func() {
		r, err := open()
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
			return 0, notSpooled(s.job, got.err)
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
	go func() { done <- t.stream(&interruptible{ctx, t.file}) }()
	select {
	case err := <-done:
		if err != nil && ctx.Err() == nil {
			return local(t.job, client.Say("write %s: %v", t.job.To, err).Err())
		}
		return context.Cause(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
