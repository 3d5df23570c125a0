package transfer

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// An operation is how the jobs of one Op are carried out. Each has a file of its
// own.
type operation interface {
	// admit says why a job must not be begun, nil for a job that may.
	admit(Job) error
	// writes is where a job writes, zero for nowhere: no two jobs of one plan may
	// write to the same.
	writes(Job) end
	// run is one attempt, through Sending and Verifying. The item holds the SSE-C
	// key that its job names.
	run(context.Context, *Engine, *item) error
}

// A grouped operation can carry several jobs out with one request.
type grouped interface {
	operation
	// joins reports whether a job may go along with the first of a group, both of
	// this operation.
	joins(first, j Job) bool
	// runAll is run for the jobs of a group, with an outcome for each.
	runAll(context.Context, *Engine, []*item) []error
}

// operations is the table of all there are.
var operations = map[Op]operation{
	Upload:   uploading{},
	Download: downloading{},
	Copy:     copying{},
	Move:     copying{},
	Delete:   deleting{},
	Restore:  copying{},
	Meta:     copying{},
	Class:    copying{},
	Encrypt:  copying{},
}

// carry is one attempt at a job, or at several that one request takes.
func (e *Engine) carry(ctx context.Context, its []*item) []error {
	if o := e.cfg.Flow.Outage(); o.GaveUp {
		return slices.Repeat([]error{o.Err()}, len(its))
	}
	if len(its) == 1 {
		return []error{e.carryOne(ctx, its[0])}
	}
	return operations[its[0].row.Job.Op].(grouped).runAll(ctx, e, its)
}

func (e *Engine) carryOne(ctx context.Context, it *item) (err error) {
	if it.key, err = e.customerKey(ctx, it.row.Job); err != nil {
		return err
	}
	defer func() { it.key = client.CustomerKey{} }()
	return operations[it.row.Job.Op].run(ctx, e, it)
}

// customerKey fetches the SSE-C key of a job now that bytes are about to move,
// zero where it needs none.
func (e *Engine) customerKey(ctx context.Context, j Job) (client.CustomerKey, error) {
	return e.fetchKey(ctx, j, j.At(), j.customerKeyMD5())
}

// fetchKey fetches the SSE-C key of one of a job's objects by its MD5, zero for "".
func (e *Engine) fetchKey(ctx context.Context, j Job, at client.Location, md5 string) (client.CustomerKey, error) {
	if md5 == "" {
		return client.CustomerKey{}, nil
	}
	key, err := client.CustomerKey{}, errNoKeys
	if e.cfg.CustomerKey != nil {
		key, err = e.cfg.CustomerKey(ctx, md5)
	}
	switch {
	case ctx.Err() != nil:
		return client.CustomerKey{}, context.Cause(ctx)
	case err == nil && key.MD5() != md5:
		err = errOtherKey
	}
	if err != nil {
		kind := client.KindNeedsKey
		if at == j.To.At {
			kind = client.KindRefused
		}
		return client.CustomerKey{}, &client.Error{
			Op: string(j.Op), Kind: kind, At: at, CustomerKeyMD5: md5,
			Err: client.Say("the SSE-C key with MD5 %s could not be fetched, so nothing was begun (%v): enter the key in its rule, or give it for this call, and try again", md5, err).Err(),
		}
	}
	return key, nil
}

var (
	errNoKeys   = client.Say("no keys are kept here").Err()
	errOtherKey = client.Say("another key is kept under its name").Err()
)

// customerKeyMD5 names the SSE-C key that a job's object is opened or written
// with.
func (j Job) customerKeyMD5() string {
	if j.Op.WritesObject() {
		return j.Treatment.CustomerKeyMD5
	}
	return j.From.CustomerKeyMD5
}

// read is how a job's object is asked for: its version, and the key that opens it.
func (it *item) read() client.ReadOptions {
	return client.ReadOptions{VersionID: it.row.Job.From.Version, Key: it.key}
}

// moved counts n bytes that went or came; less than nothing for bytes that will
// go again.
func (e *Engine) moved(it *item, n int64) {
	if n == 0 {
		return
	}
	it.sent.Add(n)
	e.cfg.Flow.Moved(n)
	if n > 0 {
		now := e.cfg.Now()
		if m := it.rate.Load(); m != nil {
			m.add(n, now)
		}
		switch job := &it.row.Job; {
		case job.Op == Download:
			e.down.add(n, now)
		case job.Op == Upload, job.IsBetween(): // what a server copies goes over no line of ours
			e.up.add(n, now)
		}
	}
	e.signal()
}

// local is a failure of this machine's file system in a job.
func local(j Job, err error) error {
	return &client.Error{Op: string(j.Op), Kind: client.KindLocal, At: j.At(), Err: err}
}
