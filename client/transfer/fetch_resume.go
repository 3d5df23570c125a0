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

// A download in ranges is in the journal before its first range is fetched, and of each
// range how far it is, once those bytes are written. So one that was cut off is gone on with: of the
// same object, into the same temporary file. Bytes that were written survive the end
// of the program and may be missing after a power cut, so what counts of
// a range was read back, and has the CRC that is written down.

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
		PartSize: e.cfg.partSize(o.Size), Temp: f.target.temp,
	}
	begun := p
	f.it.progress, f.target.kept = &p, true
	e.mu.Lock()
	f.it.begun = true
	e.mu.Unlock()
	e.tellOf(f.it, Entry{Begun: &begun})
}

// bring brings one range: what is there already, and the rest of it.
func (f *fetching) bring(ctx context.Context, s span, r *fetcher) (reading, error) {
	if r.resume(ctx, s); r.left.length == 0 {
		return r.tally.reading(), nil
	}
	return r.run(ctx)
}

// resume takes over what an attempt before brought of a range.
func (f *fetcher) resume(ctx context.Context, s span) {
	var p Piece // the most that is written down of it
	for _, piece := range f.there {
		if piece.Number == s.number && piece.Size <= s.length && piece.Size > p.Size {
			p = piece
		}
	}
	if p.Size == 0 {
		return
	}
	there := newTally(f.sums...)
	n, err := readThrough(there, &interruptible{ctx, io.NewSectionReader(f.target.file, s.offset, p.Size)})
	if err != nil || n != p.Size || there.crc() != p.CRC {
		return
	}
	f.tally, f.noted, f.whole = there, n, false
	f.left.offset += n
	f.left.length -= n
	f.it.sent.Add(n)
	f.engine.signal()
}

// mostNotes is how many notes of a download may wait to be written down: what arrived
// since is lost at the end of the program, and a disk that others use is slow to write.
const mostNotes = 24

// note writes down how much of a range is in the temporary file, now and then.
func (f *fetcher) note(ctx context.Context) error {
	p := f.it.progress
	if !p.hasTemp() || f.it.isLeft() || f.left.length > 0 && f.tally.n-f.noted < notedEvery(f.object.Size) {
		return nil
	}
	select {
	case f.notes <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	f.noted = f.tally.n
	piece := Piece{Number: f.left.number, Size: f.noted, CRC: f.tally.crc()}
	f.mu.Lock()
	p.Pieces = append(p.Pieces, piece)
	f.mu.Unlock()
	f.engine.scribe.tellAnd(Entry{Number: f.it.number, Piece: &piece}, func() { <-f.notes })
	return nil
}

// notedEvery is how many bytes of a range may be lost, at the end of the program, of
// those that are on the disk. Many ranges may be under way: a thousandth of the object
// for each is still little, and a thousand notes are no work.
func notedEvery(size int64) int64 { return max(1<<20, size/1000) }

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
	t, err := openTarget(e.disk, new(disk.Calls), j, j.To.Root, j.To.Name)
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
