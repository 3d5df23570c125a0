package ledger

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// errReplaced says that the file that is open is no longer the ledger's: another
// program has set it aside, or somebody has deleted it.
var errReplaced = client.Say("its file was moved or deleted").Err()

// mend goes on in a new database where the one that is used turned out to be damaged,
// with the rows of this program as far as they can be read; the rest is salvaged
// beside the transfers. Where there can be no new one, transfers go on in memory. It
// reports whether what failed may be tried again.
func (l *Ledger) mend(was *database, why error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db != was {
		return l.db != nil // somebody else has, or it is closed
	}
	if was.memory {
		return false
	}
	l.harm()
	own := was.ownRows(l.owner, l.last)
	l.db = nil
	err := os.MkdirAll(l.options.Dir, 0o700) // somebody may have removed it with all that was in it
	if err == nil {
		err = l.alone(func() error { return l.replace(was, why) })
	}
	if err == nil {
		err = l.db.change(func(t *transaction) { t.put(own) })
	}
	if err != nil {
		l.refuse(client.Say("open the ledger of transfers %s: %v", l.path(), err).Err())
		return l.toMemory(own, nil)
	}
	l.noteLost(own)
	l.startSalvage()
	return true
}

func (l *Ledger) noteLost(own ownRows) {
	if own.lost > 0 {
		l.note(client.Say("of the transfers of this run of the program this many could not be read in the damaged ledger, and are not kept: %d", own.lost))
	}
}

// replace begins a new database in the place of one that is damaged, or no longer
// there. The caller is alone.
func (l *Ledger) replace(was *database, why error) error {
	if l.isDeleted(was) {
		l.rescued = append(l.rescued, was)
		if now, err := os.Stat(l.path() + "-wal"); err == nil && was.wal != nil && os.SameFile(was.wal, now) {
			_ = os.Remove(l.path() + "-wal") // it would be taken for the next one's
			_ = os.Remove(l.path() + "-shm")
		}
	} else {
		_ = was.close() // what it had to say was said
	}
	aside, err := l.setAside(was.file, why)
	if _, serr := os.Stat(l.lease.lock.Path()); err == nil && os.IsNotExist(serr) {
		l.lease.end() // others would take this program for dead
		l.lease, err = newLease(l.leases())
	}
	if err == nil {
		err = l.begin(l.owner)
	}
	if isDamage(err) && aside == "" { // what somebody has put there is none
		if aside, err = l.setAside(nil, err); err == nil {
			err = l.begin(l.owner)
		}
	}
	if err == nil {
		err = l.noteAside(aside)
	}
	return err
}

// isDeleted reports whether a file has neither the ledger's name nor one of those that
// are set aside.
func (l *Ledger) isDeleted(was *database) bool {
	all, _ := filepath.Glob(filepath.Join(l.options.Dir, damagedName+"*.db")) // the pattern is right
	for _, path := range append(all, l.path()) {
		if now, err := os.Stat(path); err == nil && os.SameFile(was.file, now) {
			return false
		}
	}
	return true
}

// rescue writes the contents of a file that was deleted into one that is set aside.
func (l *Ledger) rescue(was *database) error {
	aside := strings.TrimSuffix(l.asideName(), ".db") + "-deleted.db"
	_, err := was.conn.ExecContext(context.Background(), "VACUUM INTO ?", aside)
	_ = was.close() // only read from
	if err == nil {
		err = l.writeOnce(func(t *transaction) { t.toSalvage(aside) })
	}
	if err != nil {
		return err
	}
	l.note(client.Say("the file of the ledger of transfers was deleted while it was used: what was in it is set aside as %s, and a new one is begun", aside))
	return nil
}

// damagedName is how the names of databases begin that were set aside.
const damagedName = "ledger-damaged-"

func (l *Ledger) asideName() string {
	return filepath.Join(l.options.Dir, damagedName+l.options.Now().UTC().Format("20060102-150405.000")+".db")
}

// setAside gives a damaged database another name, unless another program has done that
// already to the file that was open, or it has none; "" then. The caller is alone.
func (l *Ledger) setAside(was os.FileInfo, why error) (string, error) {
	if was != nil && !l.isThere(was) {
		return "", nil
	}
	aside := l.asideName()
	for _, suffix := range []string{"-wal", "-shm", ""} { // the file last: a WAL is never another file's
		if err := os.Rename(l.path()+suffix, aside+suffix); err != nil && !os.IsNotExist(err) {
			return "", client.Say("it is damaged (%v) and cannot be set aside: %v", why, err).Err()
		}
	}
	l.note(client.Say("the ledger of transfers was damaged (%v): it is set aside as %s, and a new one is begun, into which is brought what can still be read", why, aside))
	return aside, nil
}

// noteAside takes down that a database that was set aside is to be read.
func (l *Ledger) noteAside(aside string) error {
	if aside == "" {
		return nil
	}
	return l.db.change(func(t *transaction) {
		// Rows that come from the old one keep their numbers, whoever brings them.
		t.exec("UPDATE sqlite_sequence SET seq = ? WHERE name = 'owners' AND seq < ?", anotherBlock(), blockSize)
		t.toSalvage(aside)
	})
}

// hasSalvage reports whether some is to be read; where that is not known it is not.
func (d *database) hasSalvage() (has bool) {
	_ = d.read("SELECT EXISTS (SELECT 1 FROM salvages)", nil, func(r *sql.Rows) error { return r.Scan(&has) })
	return has
}

func (t *transaction) toSalvage(aside string) {
	t.exec("INSERT INTO salvages (file, owner) VALUES (?, 0)", filepath.Base(aside))
}

// blockSize is how many owners a ledger has that is not the first: they begin at one
// of many places, so that they are hardly ever those of a ledger before it.
const blockSize = 1 << 16

func anotherBlock() int64 { return (1 + rand.Int64N(1<<14)) * blockSize } //nolint:gosec // tells ledgers apart, hides nothing

// identityOf is which file has a path, nil where that cannot be told. It is asked of
// the open file: Windows looks up the identity of a path when it is compared.
func identityOf(path string) os.FileInfo {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close() //nolint:errcheck // only looked at
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	return info
}

// isThere reports whether a file is the ledger's still.
func (l *Ledger) isThere(was os.FileInfo) bool {
	now, err := os.Stat(l.path())
	return err == nil && os.SameFile(was, now)
}

// walIsBroken reports whether a part of what was written last cannot be read, though
// what came after it can: pages of different times would be taken for one database.
// The caller is alone.
func (l *Ledger) walIsBroken() bool {
	f, err := os.Open(l.path() + "-wal")
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // only read from
	if l.othersLive() {
		return false // it may be written this moment
	}
	_, broken := walFrames(f)
	return broken
}

var errWAL = client.Say("its WAL is damaged").Err()

// startSalvage goes on with what is to be salvaged beside the transfers. The caller
// holds the mutex alone, or nobody uses the ledger yet.
func (l *Ledger) startSalvage() {
	rescued := l.rescued
	l.rescued = nil
	if len(rescued) == 0 && !l.db.hasSalvage() {
		return
	}
	l.saving.Go(func() {
		l.salvaging.Lock()
		defer l.salvaging.Unlock()
		for _, was := range rescued {
			if err := l.rescue(was); err != nil {
				l.note(client.Say("the file of the ledger of transfers was deleted while it was used, and what was in it could not be saved: %v", err))
			}
		}
		l.salvageAll()
	})
}

// Salvaging rests as long as it worked, and at the end of the program for no time;
// then it ends within salvageAtEnd.
const salvageAtEnd = 20 * time.Second

func (l *Ledger) rest(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.ending:
	}
}

// endSalvage waits for what is salvaged, for a while: the next program goes on with
// the rest.
func (l *Ledger) endSalvage() {
	close(l.ending)
	done := make(chan struct{})
	go func() { defer close(done); l.saving.Wait() }()
	select {
	case <-done:
	case <-time.After(salvageAtEnd):
	}
	l.closing.Store(true)
	<-done
}
