package transfer

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// Config is what an Engine needs. The zero value of each number means its
// default.
type Config struct {
	Store   client.Store
	Account client.AccountRef // for receipts

	Concurrency int // requests under way at most, 1 to 64; default 64: as many as pay
	// PartSize is that of the parts of a file, in bytes, 5 MiB to 5 GiB, grown so that
	// 10,000 parts are enough; default 8 MiB, and up to 16 MiB of files above 1 GiB.
	PartSize int64

	// Flow is what transfers may use of the endpoint; nil is one for this engine alone.
	Flow *flow.Flow
	// Pace is how many bytes a second may move; nil is one for this engine alone,
	// without a limit until SetLimits.
	Pace *flow.Pace

	ContentProof ContentProof // how uploads let their bytes be compared; default ProofAuto
	SHA256       bool         // uploads leave the SHA-256 of their file too

	// AllowUnverified lets a transfer count as done though its encryption is not
	// as asked. The verdict stays what it is.
	AllowUnverified bool

	// Patience is how long a proof is tried again when the server cannot be asked,
	// the store's own repetitions included; default 45 seconds.
	Patience time.Duration

	// CustomerKey fetches the SSE-C key that a job names by its MD5, when its bytes
	// are about to move; nil where there are none. Calls come from several goroutines.
	CustomerKey func(ctx context.Context, md5 string) (client.CustomerKey, error)
	// Other opens another account, by its id, that a copy has its source in; nil where
	// there is none. Calls come from several goroutines.
	Other func(ctx context.Context, accountID string) (Other, error)
	// DescribeKey asks KMS about a key; nil where there is no KMS.
	DescribeKey Describer
	// Journal keeps jobs, what they have begun, and receipts; nil is a [Memory]. A
	// receipt that it cannot keep fails the transfer: a proof that could not be kept
	// is no proof. What else it cannot keep is noted, and transfers go on.
	Journal Journal
	// Note is told what is no failure and yet worth knowing: parts that stay on
	// the server, abandoned temporary files removed. nil for nobody. Calls come from several
	// goroutines.
	Note func(client.Text)
	// OnSlowDown is told each time the server asks a job to slow down; nil for
	// nobody. Each row says it too (Row.Request). Calls come from several goroutines
	// and must not wait.
	OnSlowDown func(client.RequestState)
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	partsGrow bool // nobody chose their size
}

const (
	defaultPartSize = 8 << 20
	defaultPatience = 45 * time.Second
)

// withDefaults fills the zero values in and refuses what is out of range.
func (c Config) withDefaults() (Config, error) {
	if c.Store == nil {
		return c, client.Say("a transfer engine needs a store").Err()
	}
	if c.Concurrency == 0 {
		c.Concurrency = flow.Most
	}
	if c.Concurrency < 1 || c.Concurrency > flow.Most {
		return c, client.Say("concurrency: %d is not between 1 and %d", c.Concurrency, flow.Most).Err()
	}
	if c.PartSize == 0 {
		c.PartSize, c.partsGrow = defaultPartSize, true
	}
	if c.PartSize < minPartSize || c.PartSize > maxPartSize {
		return c, client.Say("part size: %d bytes is not between 5 MiB and 5 GiB, the bounds of S3", c.PartSize).Err()
	}
	switch c.ContentProof {
	case "":
		c.ContentProof = ProofAuto
	case ProofAuto, ProofMD5, ProofSize:
	default:
		return c, client.Say("content proof: %q is none of auto, md5 and size", string(c.ContentProof)).Err()
	}
	if c.Patience == 0 {
		c.Patience = defaultPatience
	}
	if c.Flow == nil {
		c.Flow = flow.New(flow.Options{})
	}
	if c.Pace == nil {
		c.Pace = flow.NewPace(flow.Rates{})
	}
	if c.Journal == nil {
		c.Journal = &Memory{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

// An Engine carries jobs out, a few at once, in the order of their submission.
// It is safe for concurrent use. Whoever makes one calls Close.
type Engine struct {
	cfg   Config
	share *flow.Share

	notify    atomic.Pointer[chan<- struct{}]
	rangeless atomic.Bool // learned: the server sends whole objects only
	// learned: the server copies what is encrypted, or encrypts copies, in parts alone
	copiesInParts atomic.Bool
	swept         sync.Map // folders in which abandoned temporary files were looked for in this run
	streams       sync.Map // of jobs, by their ids (Stream)
	uploads       sync.Map // ids of the multipart uploads under way
	keys          keyAnswers
	saidLocks     atomic.Bool         // that copies do not have the locks of their sources
	saidVersions  atomic.Bool         // that what is encrypted anew leaves versions that are not
	pieces        *semaphore.Weighted // bytes of pieces between accounts that are in memory
	scribe        scribe
	disk          disk.Disk // that downloads write to
	landing       landing

	up, down meter // of all rows

	verbs   sync.Mutex // one verb after the other; before mu
	mu      sync.Mutex
	slots   slots
	items   map[int]*item // rows that run or wait to be written, by Row.Nth
	recent  recent
	names   names
	resting map[int]int64 // bytes that rows which are paused have moved
	line    line          // waiting for a worker
	// sweeping: a verb goes over the rows, and nothing begins before it is through
	sweeping bool
	running  []*item // at a worker, or their receipts are written; of several that one request takes, the first
	keeping  int     // jobs whose receipts are written
	open     int     // rows Queued, Sending or Verifying, and leftovers being dropped
	idle     chan struct{}
	closed   bool
	sum      Summary // but for the bytes of what runs
	history  history
	news     chan struct{} // closed at the next change; nil where nobody waits for it

	leftovers []leftover // that wait to be dropped
	dropping  int        // being dropped now

	// Rows that are read back from the journal.
	readers sync.WaitGroup
	feeding bool  // those whose turn comes next are being read
	ahead   int   // rows that may run before that is looked after again
	wanted  []int // pages that somebody looks at, the latest last
	looking bool  // they are being read
}

// New makes an engine that waits for plans.
func New(c Config) (*Engine, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	idle := make(chan struct{})
	close(idle)
	e := &Engine{
		cfg:   c,
		items: map[int]*item{}, recent: newRecent(), names: names{map[string]int{}, map[int]string{}}, resting: map[int]int64{},
		pieces: semaphore.NewWeighted(piecesInMemory),
		idle:   idle, keys: keyAnswers{describeKey: c.DescribeKey, now: c.Now}, history: history{now: 1},
	}
	e.share = c.Flow.Join(c.Concurrency, e.wake)
	e.disk = &disk.System{}
	e.landing.disk = e.disk
	e.scribe = scribe{journal: c.Journal, failed: func(err error) {
		e.note(client.Say("what became of a transfer could not be written down, so that another start of the program will not know of it: %v", err))
	}}
	return e, nil
}

// Notify makes ch receive after rows changed, from now on: one signal for any
// number of changes, so look at ChangedSince and Summary then, as often as is worth
// drawing. No transfer waits for the receiver, so give ch a buffer of one. Several
// engines may have the same channel, an engine has one at most.
func (e *Engine) Notify(ch chan<- struct{}) { e.notify.Store(&ch) }

func (e *Engine) signal() {
	ch := e.notify.Load()
	if ch == nil {
		return
	}
	select {
	case *ch <- struct{}{}:
	default:
	}
}

// SetLimits sets how many bytes a second may move from now on, over all engines that
// have the same Config.Pace.
func (e *Engine) SetLimits(r flow.Rates) { e.cfg.Pace.Set(r) }

// Wait returns nil once nothing is queued or running; what is paused is not
// waited for. It gives up with ctx.
func (e *Engine) Wait(ctx context.Context) error {
	for {
		e.mu.Lock()
		idle, open := e.idle, e.open
		e.mu.Unlock()
		if open == 0 {
			return nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Lasts reports whether rows outlive the program, so that Close is a pause.
func (e *Engine) Lasts() bool { return e.cfg.Journal.Lasts() }

// Close stops what is queued or running and waits until it is at rest. Where the
// journal outlasts the program that is a pause: what servers and disks have of it
// stays, and another engine may take the rows over as they were; but deletions, and
// jobs with streams, are over with their program. Those, and where the journal does
// not last all, are cancelled, and cleans up after itself: multipart uploads are aborted, temporary
// files removed. The engine takes no more plans; its rows can still be read. It stops
// waiting with ctx.
func (e *Engine) Close(ctx context.Context) error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	if e.Lasts() {
		e.leaveAll()
	} else {
		e.Cancel()
	}
	if err := e.Wait(ctx); err != nil {
		return client.Say("close the transfers: %v", err).Err()
	}
	e.readers.Wait()
	e.scribe.settle()
	return nil
}

// leaveAll pauses what is queued or running, of which the journal goes on to know that
// it is Queued, and cancels what ends with the program.
func (e *Engine) leaveAll() {
	now := e.cfg.Now()
	cancelled := e.bulk(Entry{Shift: &Shift{Phase: Cancelled, Ended: now}})
	e.each(nil, cancelled, func(nth int, s *slot) {
		switch {
		case s.endsWithProgram():
			e.cancelOne(nth, s, cancelled, now)
			if s.isRunning() {
				e.items[nth].end(Cancelled)
			}
		case s.is(Queued):
			e.move(nth, s, Paused, time.Time{})
			e.leave()
		case s.isRunning():
			if it := e.items[nth]; it.wish != Cancelled && it.wish != Paused {
				it.end(Paused)
				it.wish = Queued
			}
		}
	})
}
