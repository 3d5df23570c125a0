package transfer

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// An upload in parts is in the journal before its first part is sent, and each part
// once the server acknowledged it. So an attempt that was cut off, by a pause, a lost
// network, the end of the program, is gone on with; one that cannot be is dropped from
// the server, where its parts would be paid for and never seen.

// hasUpload reports whether parts may lie at the server.
func (p *Progress) hasUpload() bool { return p != nil && p.Upload != "" }

// recallProgress reads what attempts before have left. What cannot be read is noted: the job
// begins anew, and what it left is found by whoever lists uploads.
func (e *Engine) recallProgress(it *item) {
	it.progress = nil
	if !it.begun {
		return
	}
	e.scribe.settle()
	p, err := e.cfg.Journal.Progress(it.number)
	if err != nil {
		e.note(client.Say("what was sent of %s before could not be looked up, so it is sent anew: %v", it.row.Job.From, err))
	}
	it.progress = p
}

// recognize asks the server what it has of an upload that was left. Where it has no
// such upload any more, its completion may be what was done last: the object is there
// then, and is proved instead of sent again.
func (e *Engine) recognize(ctx context.Context, it *item) error {
	p := it.progress
	if !p.hasUpload() {
		return nil
	}
	parts, err := e.cfg.Store.Parts(ctx, p.upload(it))
	switch kind := client.KindOf(err); {
	case err == nil:
		p.held = parts
		return nil
	case kind == client.KindNoUpload:
		now, ours, err := e.became(ctx, it, p)
		switch {
		case err != nil:
			return err
		case ours:
			p.Stored, p.Upload = p.whole(it.row.Job), ""
			return nil
		}
		p.Upload = ""
		if now.locked || now.object.Modified.After(p.At) { // it may have been written over what became of the parts
			if err := e.writtenOver(it); err != nil {
				return err
			}
		}
		e.forget(it)
		return nil
	case ctx.Err() != nil, unasked(kind):
		return err
	}
	e.giveUp(ctx, it) // what cannot be looked at is not gone on with; that it stays is noted
	return nil
}

// upload names the one that was left.
func (p *Progress) upload(it *item) client.Upload {
	u := client.Upload{At: it.row.Job.To.At, ID: p.Upload, Checksummed: p.Checksummed, Begun: p.At}
	if p.Treatment.NeedsCustomerKey() && it.key.MD5() == p.Treatment.CustomerKeyMD5 {
		u.Key = it.key
	}
	return u
}

// sameSecond is how far apart moments may be that servers count in seconds, some up
// and some down.
const sameSecond = 2 * time.Second

// completed reports whether the object that is there is the one which an upload of
// ours became: of this size, with the checksum that we left with it, and not older
// than the upload, both by the server's clock.
func (e *Engine) completed(ctx context.Context, it *item, p *Progress) (bool, error) {
	_, ours, err := e.became(ctx, it, p)
	return ours, err
}

// became is completed, and what is there; zero where that cannot be told.
func (e *Engine) became(ctx context.Context, it *item, p *Progress) (now there, ours bool, err error) {
	head, err := e.headAsStored(ctx, it.row.Job.To.At, client.ReadOptions{Key: it.key})
	switch kind := client.KindOf(err); {
	case err != nil && (ctx.Err() != nil || unasked(kind)):
		return there{}, false, err
	case err != nil:
		return there{locked: kind == client.KindNeedsKey || kind == client.KindWrongKey}, false, nil //nolint:nilerr // what cannot be seen is not known to be ours
	}
	return there{exists: true, object: head}, holds(head, p.Source.Size, p.Checksum, p.Metadata[client.MetaChecksum]) && !head.Modified.Before(p.At.Add(-sameSecond)), nil
}

// writtenOver is for a job whose object another has taken the place of since an attempt at
// it was written: what was to overwrite everything then ends with this error, and stays
// over, since nobody has said so of what is there now. nil where somebody has: a command
// that was given again is another row, as for jobs that look before they write.
func (e *Engine) writtenOver(it *item) error {
	job, p := it.row.Job, it.progress
	if !job.overwritesAll() || job.Op.InPlace() || p.Row != 0 && p.Row != it.number {
		return nil
	}
	e.forget(it)
	return &client.Error{Op: string(job.Op), Kind: client.KindPrecondition, At: job.To.At, Err: errWrittenOver}
}

var errWrittenOver = client.Say("something else was written there since, and stays: give the command again to overwrite it").Err()

// whole is what the answers said to an upload whose completion was not heard of.
func (p *Progress) whole(j Job) *Stored {
	all := spans(p.Source.Size, p.PartSize)
	f := &filling{spans: all, digests: make([]digest, len(all)), parts: make([]client.Part, len(all)), created: p.Created}
	for _, piece := range p.Pieces {
		if piece.Number >= 1 && piece.Number <= len(all) {
			f.took(piece)
		}
	}
	s := f.stored(client.Object{At: j.To.At})
	if slices.ContainsFunc(f.parts, func(p client.Part) bool { return p.Number == 0 }) {
		s.Parts = nil // the program ended before all were written down
	}
	s.Handed.Sum, s.Identity, s.As = p.Checksum, p.Source.Identity, p.Asked
	return &s
}

// continues reports whether an upload that was left is one of this very file, with
// nothing that is asked now asked otherwise: how it is encrypted and what goes with
// the object was decided when it began.
func (p *Progress) continues(src *source, o client.PutOptions) bool {
	j := src.job
	return p.Source.Size == j.Expect.Size && p.Source.Modified.Equal(j.Expect.Modified) && p.Asked.is(askedOf(j.Treatment, o))
}

// settle decides what becomes of an upload that an attempt has begun and not
// completed.
func (e *Engine) settle(ctx context.Context, it *item, err error) error {
	p := it.progress
	if err == nil || !p.hasUpload() || e.goesOn(ctx, err) {
		return err
	}
	dropped := e.dropUpload(ctx, it)
	var skip *skipped
	if dropped == nil || errors.As(err, &skip) {
		return err
	}
	return client.Say("%v; the parts sent stay on the server, since dropping them failed: %v", err, dropped).Err()
}

// goesOn reports whether an attempt may be gone on with by another: it was paused, or
// the server could not be asked, and the journal outlives what is to happen.
func (e *Engine) goesOn(ctx context.Context, err error) bool {
	if cause := context.Cause(ctx); cause != nil {
		return errors.Is(cause, errPaused)
	}
	return e.cfg.Journal.Lasts() && unasked(client.KindOf(err))
}

// dropUpload drops the parts of an upload and what the journal has of it. Where the
// server refuses, that is noted, and the journal still knows of it.
func (e *Engine) dropUpload(ctx context.Context, it *item) error {
	u := it.progress.upload(it)
	it.progress = nil
	if err := e.abort(ctx, u); err != nil {
		return err
	}
	e.forget(it)
	return nil
}

// dropOther drops an upload that was left and cannot be gone on with, since the file goes
// another way now. One that the server refuses to drop is in nobody's way, and stays
// known; where the server cannot be asked, it may be later.
func (e *Engine) dropOther(ctx context.Context, it *item) error {
	if !it.progress.hasUpload() {
		return nil
	}
	err := e.dropUpload(ctx, it)
	if err != nil && unasked(client.KindOf(err)) {
		return err
	}
	if err != nil {
		e.nothingBegun(it, Entry{Abandon: true})
	}
	return nil
}

// giveUp drops an upload and goes on without it, whether it is gone or stays known.
func (e *Engine) giveUp(ctx context.Context, it *item) {
	if err := e.dropUpload(ctx, it); err != nil {
		e.nothingBegun(it, Entry{Abandon: true})
	}
}

// forget takes down that nothing is left to go on with.
func (e *Engine) forget(it *item) { e.nothingBegun(it, Entry{Forget: true}) }

func (e *Engine) nothingBegun(it *item, change Entry) {
	it.progress = nil
	e.mu.Lock()
	it.begun = false
	e.mu.Unlock()
	e.tellOf(it, change)
}

// A leaving operation leaves something behind where an attempt is cut off.
type leaving interface {
	operation
	// drop takes away what attempts at a job have left, since nobody will go on with it.
	drop(context.Context, *Engine, Job, *Progress) error
}

func (uploading) drop(ctx context.Context, e *Engine, j Job, p *Progress) error {
	if !p.hasUpload() {
		return nil
	}
	u := client.Upload{At: j.To.At, ID: p.Upload}
	if err := e.abort(ctx, u); err != nil {
		return err
	}
	return e.cfg.Journal.Dropped(u.At, u.ID)
}

// A leftover is what attempts at a job have left that does not run and will not go on.
type leftover struct {
	nth    int
	number int64
	then   func() // what comes after, with the mutex held
}

// dropsAtOnce is how many leftovers are dropped at once.
const dropsAtOnce = 4

// dropLeft takes away what attempts at a job have left that does not run and will
// not go on, and then does what comes after. The engine is not idle meanwhile. The
// caller holds the mutex.
func (e *Engine) dropLeft(nth int, s *slot, then func()) {
	if !s.flags.has(begun) {
		then()
		return
	}
	s.flags &^= begun
	e.occupy()
	e.leftovers = append(e.leftovers, leftover{nth, s.number, then})
	e.dropSome()
}

// dropSome drops leftovers, a few at once. The caller holds the mutex.
func (e *Engine) dropSome() {
	for len(e.leftovers) > 0 && e.dropping < dropsAtOnce {
		l := e.leftovers[0]
		e.leftovers = e.leftovers[1:]
		e.dropping++
		go e.dropOne(l)
	}
}

func (e *Engine) dropOne(l leftover) {
	dropped := e.drop(l.number)
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.slots.at(l.nth); !dropped && s != nil {
		s.flags |= begun // for whoever clears the row, or tries again
	}
	l.then()
	e.dropping--
	e.leave()
	e.dropSome()
}

// drop takes away what attempts at a row's job have left, and reports whether it is
// gone: an object that is stored whole, and not yet proved, stays, and so does what
// may be proved of it.
func (e *Engine) drop(number int64) bool {
	e.scribe.settle()
	p, err := e.cfg.Journal.Progress(number)
	if err == nil && p == nil {
		return true
	}
	var rows []Record
	if err == nil {
		rows, err = e.cfg.Journal.Read([]int64{number})
	}
	from := idOf(number)
	if len(rows) > 0 {
		job := rows[0].Job
		from = job.From.String()
		if op, leaves := operations[job.Op].(leaving); leaves {
			err = op.drop(context.Background(), e, job, p)
		}
	}
	if err != nil {
		e.note(client.Say("what was left of the transfer of %s could not be dropped: %v", from, err))
	}
	return err == nil && (p == nil || p.Stored == nil)
}

// proveStored is for a job begun again whose file was stored by the attempt
// before and could not be looked at: as long as that object is there, the file is
// still the same and nothing is asked otherwise now, it is proved and not sent again.
// proved is false when there is no such thing.
func (e *Engine) proveStored(ctx context.Context, it *item, src *source) (proved bool, err error) {
	if it.progress == nil || it.progress.Stored == nil {
		return false, nil
	}
	s := *it.progress.Stored
	soon, end := e.proofTime(ctx)
	defer end()
	switch _, err := e.headOf(soon, it, s); client.KindOf(err) {
	case client.KindPrecondition:
		if err := e.writtenOver(it); err != nil {
			return true, err
		}
		e.forget(it)
		return false, nil
	case client.KindNotFound:
		e.forget(it)
		return false, nil
	}
	_, sum, err := src.checksums(ctx, []span{{1, 0, src.job.Expect.Size}}, false)
	if err == nil {
		err = src.unchanged()
	}
	if err != nil {
		return true, err
	}
	options, err := e.putOptions(it, src, sum)
	if err == nil {
		err = e.addSHA256(ctx, src, &options, s.PartSize == 0)
	}
	if err != nil {
		return true, err
	}
	if sum != s.Handed.Sum || !s.As.is(askedOf(src.job.Treatment, options)) {
		e.forget(it)
		return false, nil
	}
	it.sent.Store(src.job.Expect.Size)
	e.enter(it, Verifying)
	return true, e.proveUpload(ctx, it, s)
}
