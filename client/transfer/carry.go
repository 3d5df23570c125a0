package transfer

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
)

// carry is one attempt at a job, through Sending and Verifying.
func (e *Engine) carry(ctx context.Context, it *item) error {
	if it.row.Job.Op == Download {
		return e.download(ctx, it)
	}
	return e.upload(ctx, it)
}

// moved counts n bytes that went or came; less than nothing for bytes that will
// go again.
func (e *Engine) moved(it *item, n int64) {
	if n == 0 {
		return
	}
	it.sent.Add(n)
	if n > 0 {
		now := e.cfg.Now()
		if m := it.rate.Load(); m != nil {
			m.add(n, now)
		}
		if it.row.Job.Op == Download {
			e.down.add(n, now)
		} else {
			e.up.add(n, now)
		}
	}
	e.signal()
}

// local is a failure of this machine's file system in a job.
func local(j Job, err error) error {
	return &client.Error{Op: string(j.Op), Kind: client.KindLocal, At: j.Remote, Err: err}
}
