package transfer

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
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

func (downloading) run(ctx context.Context, e *Engine, it *item) error {
	for restarts := 0; ; restarts++ {
		err := e.downloadOnce(ctx, it)
		if client.KindOf(err) != client.KindPrecondition || restarts == mostRestarts {
			return err
		}
		it.sent.Store(0)
		e.enter(it, Sending)
	}
}

func (e *Engine) downloadOnce(ctx context.Context, it *item) error {
	job := it.row.Job
	head, err := e.cfg.Store.Head(ctx, job.From.At, it.read())
	if err != nil {
		return err
	}
	if v := job.From.Version; v != "" && v != client.NullVersion && head.VersionID == "" {
		return unlike(job, head.RequestID, client.Say("version %s was asked for, and the server does not say that it gives it", v))
	}
	t, err := e.targetOf(job)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.mayReplace(head.Modified); err != nil {
		return err
	}
	if err := t.create(); err != nil {
		return err
	}
	e.sweep(t)
	if head, err = e.fetch(ctx, it, t, head); err != nil {
		return err
	}
	e.enter(it, Verifying)
	receipt, err := e.proveDownload(ctx, it, t, head)
	if err != nil {
		return err
	}
	if err := t.hand(ctx, head.Modified); err != nil {
		return err
	}
	return e.keep(it, receipt, nil)
}

// fetchRanges fills the temporary file, a few ranges at once.
func (e *Engine) fetchRanges(ctx context.Context, it *item, t *target, head client.Object) error {
	all := spans(head.Size, partSizeFor(head.Size, e.cfg.PartSize))
	return flow.Spread(ctx, len(all), func(ctx context.Context, i int) error {
		f := &fetcher{engine: e, it: it, target: t, head: head, left: all[i], whole: len(all) == 1}
		return f.run(ctx)
	})
}

// proveDownload reads back what was written and compares it with what the
// server says of the object.
func (e *Engine) proveDownload(ctx context.Context, it *item, t *target, head client.Object) (Receipt, error) {
	job := t.job
	a := &arrival{engine: e, job: job, read: it.read(), head: head, file: t.file}
	found, err := a.compare(ctx)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{
		Job: job.ID, Account: e.cfg.Account.Name, AccountID: e.cfg.Account.ID, Op: Download, Source: job.From.String(), At: job.From.At,
		VersionID: first(job.From.Version, head.VersionID), ETag: head.ETag, Modified: head.Modified, Size: a.n, Content: found.content, Compared: found.how,
		Checksum: client.Checksum{Algorithm: client.CRC64NVME, Value: a.value(client.CRC64NVME)},
		Reported: head.Encryption, Verdict: VerdictNone, Why: client.Say("%v; %v", found.how, head.Encryption.Describe()),
		RequestID: head.RequestID, VerifiedAt: e.cfg.Now(),
	}, nil
}

var errTooMuch = client.Say("the server sent other bytes than the range asked for").Err()
