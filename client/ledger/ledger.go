// Package ledger keeps transfers on disk, in a SQLite database: the jobs of all
// accounts and how far they are, what they have begun, and the receipts of what was
// proved. It is the [transfer.Journal] of programs that have a disk to write to.
//
// It promises that what a call has written without an error is there after the
// program has ended, however that was, and that a row belongs to one program at a
// time. After a power cut the last moments may be missing, never a part of one
// (docs/decisions/017). Several programs may have one ledger open.
//
// It refuses a ledger that a newer program has written. One that is damaged it sets
// aside, names it, and goes on with a new one. No secret is in it, as there is none
// in what it is given.
package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"github.com/bucketseal/bucketseal/client"
)

// Options say where a ledger is.
type Options struct {
	Dir string // its folder, made where it is not there
	// Earlier is a folder in which versions before the ledger wrote down the uploads
	// that they had open, to be taken from there once; "" for none.
	Earlier string
	// Note is told what is no failure and yet worth knowing; nil for nobody. Calls come
	// from several goroutines.
	Note func(client.Text)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// A Ledger is safe for concurrent use.
type Ledger struct {
	options Options
	first   sync.Once
	refused atomic.Pointer[error] // why there can be no ledger on the disk, nil where there is one
	lease   lease

	mu    sync.RWMutex // held while the database is used; alone while it changes
	db    *database    // nil before the first use, and once it is closed
	home  *database    // the one on the disk, where that refuses and db is in memory
	tried time.Time    // when that was found out, or looked after

	writing sync.Mutex // held by who writes
	owner   int64      // this program
	last    int64      // number given

	proofsMu sync.Mutex
	proofs   proofsKept // in this run
	lost     int        // of them, once it is closed

	rescued   []*database // files that were deleted while they were used
	saving    sync.WaitGroup
	salvaging sync.Mutex // held by who does
	ended     sync.Once
	ending    chan struct{} // closed: salvaging hurries
	closing   atomic.Bool   // it ends
}

// fileName is the database's, in the ledger's folder.
const fileName = "ledger.db"

func (l *Ledger) path() string   { return filepath.Join(l.options.Dir, fileName) }
func (l *Ledger) leases() string { return filepath.Join(l.options.Dir, "owners") }

// New is the ledger of a folder. Nothing is opened before the first use.
func New(o Options) *Ledger {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Ledger{options: o, ending: make(chan struct{})}
}

// Open opens the ledger, and begins one where there is none; once it has been opened
// that is all. A damaged one is set aside and noted. An error says that there can be
// no ledger, and that transfers are kept in memory: the disk refuses, or it is a newer
// program's.
func (l *Ledger) Open() error {
	l.first.Do(func() {
		err := os.MkdirAll(l.options.Dir, 0o700)
		if err == nil {
			err = l.alone(l.open)
		}
		if err != nil {
			l.lease.end()
			l.refuse(client.Say("open the ledger of transfers %s: %v", l.path(), err).Err())
			l.toMemory(ownRows{}, nil)
			return
		}
		l.startSalvage()
	})
	if err := l.refused.Load(); err != nil {
		return *err
	}
	return nil
}

// open opens the database. The caller is alone.
func (l *Ledger) open() (err error) {
	if l.lease, err = newLease(l.leases()); err != nil {
		return err
	}
	if l.walIsBroken() {
		err = errWAL
	} else {
		err = l.begin(0)
	}
	if isDamage(err) {
		err = l.openAnother(err)
	}
	if err == nil && l.options.Earlier != "" {
		l.noteEarlier(l.takeEarlier(l.db, l.options.Earlier))
	}
	return err
}

// openAnother begins a new database in the place of a damaged one.
func (l *Ledger) openAnother(why error) error {
	aside, err := l.setAside(nil, why)
	if err == nil {
		err = l.begin(anotherBlock())
	}
	if err == nil {
		err = l.noteAside(aside)
	}
	return err
}

// alone lets work make, migrate or set aside the database; nobody else does meanwhile.
func (l *Ledger) alone(work func() error) error {
	lock := flock.New(filepath.Join(l.options.Dir, "ledger.lock"), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return err
	}
	defer lock.Close() //nolint:errcheck // nothing is written through it
	return work()
}

// begin opens the database as it is and enters this program, as a certain owner or,
// for 0, as a new one.
func (l *Ledger) begin(as int64) error {
	d, err := openDatabase(l.path())
	if err != nil {
		return err
	}
	var owner int64
	err = d.change(func(t *transaction) {
		owner = t.insert("INSERT INTO owners (id, lock) VALUES (nullif(?, 0), ?)", as, l.lease.name)
	})
	if err == nil {
		if owner != l.owner {
			l.owner, l.last = owner, firstOf(owner)-1
		}
		err = l.settle(d)
	}
	if err != nil {
		return errors.Join(err, d.close())
	}
	d.wal = identityOf(l.path() + "-wal")
	l.db = d
	return nil
}

func (l *Ledger) noteEarlier(err error) {
	if err != nil {
		l.note(client.Say("what earlier uploads may have left on the server could not be looked up: %v", err))
	}
}

func (l *Ledger) note(t client.Text) {
	if l.options.Note != nil {
		l.options.Note(t)
	}
}

// Close leaves what is not over to the programs that come. Nothing uses the ledger any
// more.
func (l *Ledger) Close() error {
	l.first.Do(func() {}) // it is not opened any more
	l.lookOnceMore()
	l.ended.Do(l.endSalvage)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil {
		return nil
	}
	err := l.closeMemory()
	if !l.db.memory {
		left := l.settleOne(l.db, l.owner)
		if newer := newerError(0); !errors.As(left, &newer) { // to that one the lease tells as much
			err = errors.Join(err, left)
		}
	}
	l.count()
	err = errors.Join(err, l.db.close())
	l.db = nil
	l.lease.end()
	if err != nil {
		return client.Say("close the ledger of transfers %s: %v", l.path(), err).Err()
	}
	return nil
}

// change carries out one transaction; work may be called several times.
func (l *Ledger) change(work func(*transaction)) error {
	return l.orInMemory(func() error { return l.write(work) })
}

// orInMemory does once more, in memory, what the disk refused.
func (l *Ledger) orInMemory(work func() error) error {
	err := work()
	if isRefusal(err) && l.fall(err) {
		err = work()
	}
	return err
}

// write is change, or the error of a disk that refuses.
func (l *Ledger) write(work func(*transaction)) error {
	return l.read(func(d *database) error { return l.writeTo(d, work) })
}

// writeOnce is write for who has time: damage is left to others to find, and no new
// database begun for it.
func (l *Ledger) writeOnce(work func(*transaction)) error {
	_, err := l.attempt(func(d *database) error { return l.writeTo(d, work) })
	return err
}

func (l *Ledger) writeTo(d *database, work func(*transaction)) error {
	return l.inTurn(d, func(t *transaction) {
		if !d.memory && !l.isThere(d.file) {
			t.err = errReplaced
		}
		work(t)
	})
}

// inTurn carries out one transaction when nobody else of this program writes.
func (l *Ledger) inTurn(d *database, work func(*transaction)) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	return d.change(work)
}

// settleOthers makes what programs that have ended left free to be taken over.
func (l *Ledger) settleOthers() error {
	l.tryHome()
	return l.orInMemory(func() error {
		return l.read(l.settle)
	})
}

// read lets work use the database, and once more a new one where this one turns out to
// be damaged.
func (l *Ledger) read(work func(*database) error) error {
	_ = l.Open() // where that fails there is memory
	d, err := l.attempt(work)
	if isDamage(err) && l.mend(d, err) {
		_, err = l.attempt(work)
	}
	return err
}

// readDisk is read for what memory does not stand in for.
func (l *Ledger) readDisk(work func(*database) error) error {
	l.mu.RLock()
	if home := l.home; home != nil {
		defer l.mu.RUnlock()
		return work(home)
	}
	l.mu.RUnlock()
	return l.read(work)
}

func (l *Ledger) attempt(work func(*database) error) (*database, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.db == nil {
		return nil, errClosed
	}
	return l.db, work(l.db)
}

var errClosed = client.Say("the ledger of transfers is closed").Err()
