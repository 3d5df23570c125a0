package transfer

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
)

// mostRestarts is how often a download begins anew because the object became
// another under it.
const mostRestarts = 3

// download fetches an object whole and unmixed, or not at all.
func (e *Engine) download(ctx context.Context, it *item) error {
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
	head, err := e.cfg.Store.Head(ctx, job.Remote, client.ReadOptions{VersionID: job.Read.VersionID, Key: job.Read.Key})
	if err != nil {
		return err
	}
	if v := job.Read.VersionID; v != "" && v != client.NullVersion && head.VersionID == "" {
		return unlike(job, head.RequestID, "version %s was asked for, and the server does not say that it gives it", v)
	}
	t, err := openTarget(job)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.mayLand(head.Modified); err != nil {
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
	receipt, err := e.proveDownload(ctx, t, head)
	if err != nil {
		return err
	}
	if job.Into == nil {
		if err := t.finish(head.Modified); err != nil {
			return err
		}
	}
	// The receipt is kept before the file gets its name: a download that fails
	// leaves nothing under it.
	if err := e.keep(it, receipt); err != nil {
		return err
	}
	if job.Into != nil {
		return t.deliver(ctx)
	}
	return t.land(head.Modified)
}

// fetchRanges fills the temporary file, a few ranges at once.
func (e *Engine) fetchRanges(ctx context.Context, it *item, t *target, head client.Object) error {
	all := spans(head.Size, partSizeFor(head.Size, e.cfg.PartSize))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(e.cfg.PartsAtOnce)
	for _, s := range all {
		group.Go(func() error {
			f := &fetcher{engine: e, it: it, target: t, head: head, left: s, whole: len(all) == 1}
			return f.run(gctx)
		})
	}
	return group.Wait()
}

// proveDownload reads back what was written and compares it with what the
// server says of the object.
func (e *Engine) proveDownload(ctx context.Context, t *target, head client.Object) (Receipt, error) {
	job := t.job
	a := &arrival{engine: e, job: job, head: head, file: t.file}
	found, err := a.compare(ctx)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{
		Account: e.cfg.Account, Op: Download, Source: job.Remote.String(), At: job.Remote,
		VersionID: first(job.Read.VersionID, head.VersionID), Size: a.n, Content: found.content, Compared: found.how,
		Checksum: client.Checksum{Algorithm: client.CRC64NVME, Value: a.value(client.CRC64NVME)},
		Reported: head.Encryption, Verdict: VerdictNone, Why: found.how + "; " + head.Encryption.Describe(),
		Rule: job.Rule, Because: job.Because, RequestID: head.RequestID, VerifiedAt: e.cfg.Now(),
	}, nil
}

var errTooMuch = errors.New("the server sent other bytes than the range asked for")
