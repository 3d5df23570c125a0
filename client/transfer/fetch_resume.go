package transfer

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// A download in ranges is in the journal before its first range is fetched, and each
// range once its bytes are written. So one that was cut off is gone on with: of the
// same object, into the same temporary file. Bytes that were written survive the end
// of the program and may be missing after a power cut, so a range counts only once it
// was read back and has the CRC that is written down.

// hasTemp reports whether a temporary file may lie on the disk.
func (p *Progress) hasTemp() bool { return p != nil && p.Temp != "" }

// isOf reports whether what was begun is of this very object.
func (p *Progress) isOf(o client.Object) bool {
	return o.ETag != "" && client.SameETag(p.Source.ETag, o.ETag) && p.Source.Size == o.Size && p.Version == o.VersionID && p.Source.Modified.Equal(o.Modified)
}

// open opens the temporary file which an attempt before has left, or makes one.
func (f *fetching) open() error {
	if f.it.progress.hasTemp() && f.reopen() {
		return nil
	}
	size := f.object.Size
	if err := f.target.create(size); err != nil {
		return err
	}
	if size > f.engine.cfg.PartSize && f.target.stream == nil && !f.engine.rangeless.Load() {
		f.begin()
	}
	return nil
}

// reopen goes on with what was left. What is of another object, or cannot be opened,
// is dropped.
func (f *fetching) reopen() bool {
	p := f.it.progress
	if !p.isOf(f.object) {
		f.engine.note(client.Say("%s is another object now than when its download was interrupted: it is downloaded from its beginning", f.target.job.From))
	} else if err := f.target.reopen(p.Temp); err == nil {
		f.target.kept = true
		return true
	}
	f.engine.dropTemp(f.it)
	return false
}

// reopen takes a temporary file over.
func (t *target) reopen(temp string) error {
	if !isOurTemp(temp) {
		return fs.ErrInvalid
	}
	f, err := t.folder.Reopen(temp)
	if err != nil {
		return err
	}
	t.temp, t.file = temp, f
	return nil
}

// isOurTemp reports whether a name, which comes from a journal, is that of a
// temporary file directly in its folder.
func isOurTemp(name string) bool {
	return IsPart(name) && path.Base(name) == name && filepath.IsLocal(name)
}

// begin writes down that the download goes into its temporary file.
func (f *fetching) begin() {
	e, o := f.engine, f.object
	p := Progress{
		At: e.cfg.Now(), Source: Expect{Size: o.Size, ETag: o.ETag, Modified: o.Modified}, Version: o.VersionID,
		PartSize: partSizeFor(o.Size, e.cfg.PartSize), Temp: f.target.temp,
	}
	begun := p
	f.it.progress, f.target.kept = &p, true
	e.mu.Lock()
	f.it.begun = true
	e.mu.Unlock()
	e.scribe.tell(Entry{Number: f.it.number, Begun: &begun})
}

// bring brings one range: it is there already, or it is fetched and written down.
func (f *fetching) bring(ctx context.Context, s span, r *fetcher) (reading, error) {
	for _, piece := range f.there {
		if piece.Number == s.number && piece.Size == s.length {
			if got, err := f.readBack(ctx, s); err == nil && number(got.sums[client.CRC64NVME]) == piece.CRC {
				f.it.sent.Add(s.length)
				f.engine.signal()
				return got, nil
			}
		}
	}
	got, err := r.run(ctx)
	if p := f.it.progress; err == nil && p.hasTemp() {
		piece := Piece{Number: s.number, Size: s.length, CRC: number(got.sums[client.CRC64NVME])}
		f.mu.Lock()
		p.Pieces = append(p.Pieces, piece)
		f.mu.Unlock()
		f.engine.scribe.tell(Entry{Number: f.it.number, Piece: &piece})
	}
	return got, err
}

// readBack sums a range that should be there.
func (f *fetching) readBack(ctx context.Context, s span) (reading, error) {
	got, err := readSums(ctx, io.NewSectionReader(f.target.file, s.offset, s.length), f.sums...)
	if err == nil && got.n != s.length {
		err = io.ErrUnexpectedEOF
	}
	return got, err
}

// settleTemp decides what becomes of the temporary file of an attempt that ended: it
// stays where another may go on with a range that arrived.
func (e *Engine) settleTemp(ctx context.Context, it *item, err error) {
	p := it.progress
	damaged := client.KindOf(err) == client.KindCorrupt
	if err == nil || !p.hasTemp() || len(p.Pieces) > 0 && !damaged && e.goesOn(ctx, err) {
		return
	}
	e.dropTemp(it)
}

// dropTemp removes the temporary file of a job, and forgets it.
func (e *Engine) dropTemp(it *item) {
	if err := e.removeTemp(it.row.Job, it.progress.Temp); err != nil {
		e.note(client.Say("what a download of %s has left could not be removed from the disk: %v", it.row.Job.From, err))
	}
	e.forget(it)
}

// removeTemp removes a temporary file that nobody writes to.
func (e *Engine) removeTemp(j Job, temp string) error {
	if _, err := os.Stat(filepath.Dir(j.To.String())); errors.Is(err, fs.ErrNotExist) || !isOurTemp(temp) {
		return nil // gone with its folder
	}
	t, err := openTarget(e.disk, j, j.To.Root, j.To.Name)
	if err != nil {
		return err
	}
	defer t.close()
	err = t.reopen(temp)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) || errors.Is(err, disk.ErrLocked) {
		return nil // none of ours
	}
	return err // nil: the closing removes it
}

func (downloading) drop(_ context.Context, e *Engine, j Job, p *Progress) error {
	if !p.hasTemp() {
		return nil
	}
	return e.removeTemp(j, p.Temp)
}
