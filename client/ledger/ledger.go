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
	refused atomic.Pointer[error] // why there can be no ledger, nil where there is one
	told    sync.Once
	lease   lease

	mu sync.RWMutex // held while the database is used; alone while it changes
	db *database    // nil before the first use

	writing sync.Mutex // held by who writes
	owner   int64      // this program
	last    int64      // number given
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
	return &Ledger{options: o}
}

// Open opens the ledger, and begins one where there is none; once it has been opened
// that is all. A damaged one is set aside and noted. An error says that there can be
// no ledger: the disk refuses, or it is a newer program's.
func (l *Ledger) Open() error {
	l.first.Do(func() {
		err := os.MkdirAll(l.options.Dir, 0o700)
		if err == nil {
			l.lease, err = newLease(l.leases())
		}
		if err == nil {
			err = l.open()
		}
		if err != nil {
			l.lease.end()
			l.refuse(client.Say("open the ledger of transfers %s: %v", l.path(), err).Err())
		}
	})
	if err := l.refused.Load(); err != nil {
		return *err
	}
	return nil
}

func (l *Ledger) refuse(err error) { l.refused.Store(&err) }

// open opens the database.
func (l *Ledger) open() error {
	return l.alone(func() error {
		err := l.begin(0)
		if isDamage(err) {
			if err = l.setAside(nil, err); err == nil {
				err = l.begin(0)
			}
		}
		if err == nil && l.options.Earlier != "" {
			l.noteEarlier(l.takeEarlier(l.db, l.options.Earlier))
		}
		return err
	})
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

// begin opens the database as it is and enters this program, as the owner that it has
// been or, for 0, as a new one.
func (l *Ledger) begin(was int64) error {
	d, err := openDatabase(l.path())
	if err != nil {
		return err
	}
	var owner int64
	err = d.change(func(t *transaction) {
		owner = t.insert("INSERT INTO owners (id, lock) VALUES (nullif(?, 0), ?)", was, l.lease.name)
		if was != 0 { // others may come from the same old one, with ids of their own
			t.exec("UPDATE sqlite_sequence SET seq = max(seq, ? + 1000) WHERE name = 'owners'", was)
		}
	})
	if err == nil {
		l.db, l.owner = d, owner
		if was == 0 {
			l.last = firstOf(owner) - 1
		}
		err = l.settle(d)
	}
	if err != nil {
		return errors.Join(err, d.close())
	}
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
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil {
		return nil
	}
	err := l.db.change(func(t *transaction) { t.settle(l.owner) })
	err = errors.Join(err, l.db.close())
	l.db = nil
	l.lease.end()
	if err != nil {
		return client.Say("close the ledger of transfers %s: %v", l.path(), err).Err()
	}
	return nil
}

// change carries out one transaction; work may be called twice.
func (l *Ledger) change(work func(*transaction)) error {
	return l.read(func(d *database) error {
		l.writing.Lock()
		defer l.writing.Unlock()
		return d.change(work)
	})
}

// settleOthers makes what programs that have ended left free to be taken over.
func (l *Ledger) settleOthers() error {
	return l.read(func(d *database) error {
		l.writing.Lock()
		defer l.writing.Unlock()
		return l.settle(d)
	})
}

// read lets work use the database, and once more a new one where this one turns out to
// be damaged.
func (l *Ledger) read(work func(*database) error) error {
	d, err := l.attempt(work)
	if isDamage(err) && l.mend(d, err) {
		_, err = l.attempt(work)
	}
	return err
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
