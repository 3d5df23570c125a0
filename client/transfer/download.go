package transfer

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// mostRestarts is how often a download begins anew because the object became
// another under it.
const mostRestarts = 3

// Download fetches an object whole and unmixed, or not at all.
const Download Op = "download"

type downloading struct{}

func (downloading) admit(Job) error { return nil }

// writes compares names as file systems do that take A.txt and a.txt for one.
func (downloading) writes(j Job) end {
	if j.To.Stream != "" {
		return end{"", j.To.Stream}
	}
	return end{j.To.Root, foldName(j.To.Name)}
}

// run is one attempt, which goes on where one before it was cut off.
func (downloading) run(ctx context.Context, e *Engine, it *item) error {
	e.recallProgress(it)
	for restarts := 0; ; restarts++ {
		err := e.downloadOnce(ctx, it)
		if client.KindOf(err) != client.KindPrecondition || restarts == mostRestarts {
			e.settleTemp(ctx, it, err)
			return err
		}
		e.note(client.Say("%s changed while it was downloaded: it is downloaded from its beginning", it.row.Job.From))
		if it.progress.hasTemp() {
			e.dropTemp(it)
		}
		it.sent.Store(0)
		e.enter(it, Sending)
	}
}

func (e *Engine) downloadOnce(ctx context.Context, it *item) error {
	job := it.row.Job
	if job.To.Stream != "" {
		if _, err := e.stream(job); err != nil {
			return err
		}
	}
	f := &fetching{engine: e, it: it}
	defer f.close()
	if err := f.ask(ctx); err != nil {
		return err
	}
	t, err := e.targetOf(it)
	if err != nil {
		return err
	}
	defer t.close()
	if _, err := t.mayReplace(f.modified()); err != nil {
		return err
	}
	f.target = t
	if err := f.open(); err != nil {
		return err
	}
	e.sweep(t)
	if err := f.fill(ctx); err != nil {
		return err
	}
	e.enter(it, Verifying)
	receipt, err := f.prove(ctx)
	if err != nil {
		return err
	}
	if err := t.hand(ctx, &e.landing, f.modified()); err != nil {
		return err
	}
	return e.keep(it, receipt, nil)
}

// modified is when the file was written, as its upload noted, else when the object
// was.
func (f *fetching) modified() time.Time {
	if at, noted := f.object.FileModified(); noted {
		return at
	}
	return f.object.Modified
}

// prove compares what arrived with what the server says of the object.
func (f *fetching) prove(ctx context.Context) (Receipt, error) {
	e, job, object := f.engine, f.it.row.Job, f.object
	a := &arrival{store: e.cfg.Store, job: job, read: f.it.read(), head: object, file: f.target.file, reading: f.reading}
	found, err := a.compare(ctx)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{
		Job: job.ID, Account: e.cfg.Account.Name, AccountID: e.cfg.Account.ID, Op: Download, Source: job.From.String(), At: job.From.At,
		VersionID: first(job.From.Version, object.VersionID), ETag: object.ETag, Modified: object.Modified, Size: a.n, Content: found.content, Compared: found.how,
		Checksum: client.Checksum{Algorithm: client.CRC64NVME, Value: a.value(client.CRC64NVME)},
		Reported: object.Encryption, Verdict: VerdictNone, Why: client.Say("%v; %v", found.how, object.Encryption.Describe()),
		RequestID: object.RequestID, VerifiedAt: e.cfg.Now(),
	}, nil
}
