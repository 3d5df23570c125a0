package ledger

import (
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"

	"github.com/bucketseal/bucketseal/client"
)

// A lease is the right of a program to its rows: a lock on a file of its own, which
// the system drops when the program ends, however it ends. No clock plays a part.
type lease struct {
	name string // of the file
	lock *flock.Flock
}

// newLease takes a lock that nobody else can have.
func newLease(folder string) (lease, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return lease{}, err
	}
	name := rand.Text()
	l, taken, err := takeLease(folder, name, os.O_CREATE|os.O_RDWR)
	if err == nil && !taken {
		err = client.Say("lock %s: another program holds it", filepath.Join(folder, name)).Err()
	}
	return l, err
}

// takeLease takes the lock of a program that has ended.
func takeLease(folder, name string, flags int) (l lease, taken bool, err error) {
	l = lease{name, flock.New(filepath.Join(folder, name), flock.SetFlag(flags), flock.SetPermissions(0o600))}
	taken, err = l.lock.TryLock()
	if err != nil || !taken {
		_ = l.lock.Close() // nothing was written through it
	}
	return l, taken, err
}

// end gives the lock up for ever.
func (l lease) end() {
	if l.lock != nil {
		_ = l.lock.Close()           // nothing was written through it
		_ = os.Remove(l.lock.Path()) // one that stays is nobody's
	}
}

// isHeld reports whether a program lives whose lock has this name, or cannot be asked.
func (l *Ledger) isHeld(name string) bool {
	if name == l.lease.name {
		return true
	}
	was, dead, err := takeLease(l.leases(), name, os.O_RDWR)
	if err == nil && dead {
		was.end()
	}
	return err == nil && !dead || err != nil && !os.IsNotExist(err)
}

// othersLive reports whether another program uses the ledger, or one before it in the
// same folder. The caller is alone: nobody makes a lock meanwhile.
func (l *Ledger) othersLive() bool {
	locks, err := os.ReadDir(l.leases())
	return err != nil && !os.IsNotExist(err) || slices.ContainsFunc(locks, func(e os.DirEntry) bool { return e.Name() != l.lease.name && l.isHeld(e.Name()) })
}

// ownerBits is where the owner stands in a row's number: an owner's rows lie side by
// side, and no index is needed to find them.
const ownerBits = 32

// firstOf and lastOf are the numbers that an owner gives.
func firstOf(owner int64) int64 { return owner<<ownerBits | 1 }
func lastOf(owner int64) int64  { return (owner + 1) << ownerBits }

// settle makes the rows of programs that have ended free to be taken over. What is
// over is not kept, nor what was not entered to its end.
func (l *Ledger) settle(d *database) error {
	type owner struct {
		id   int64
		lock string
	}
	var others []owner
	err := d.read("SELECT id, lock FROM owners WHERE id <> ?", []any{l.owner}, func(r *sql.Rows) error {
		var o owner
		err := r.Scan(&o.id, &o.lock)
		others = append(others, o)
		return err
	})
	if err != nil {
		return err
	}
	for _, o := range others {
		was, dead, err := takeLease(l.leases(), filepath.Base(o.lock), os.O_RDWR)
		if err != nil && !os.IsNotExist(err) || err == nil && !dead {
			continue // it lives, or cannot be asked
		}
		if err := l.settleOne(d, o.id); err != nil {
			_ = was.lock.Close() // nothing was written through it
			return err
		}
		was.end()
	}
	return nil
}

// unfinished says of a row that something is to be done yet, and that another program
// may: what was cancelled may not have been cleaned up.
const unfinished = "(twin <> 0 AND (phase NOT IN ('done', 'skipped', 'cancelled') OR phase = 'cancelled' AND number IN (SELECT number FROM progress)))"

// settledAtOnce is how many rows one transaction makes free: transfers of others wait
// that long.
const settledAtOnce = 2_000

// settleOne makes the rows of one program free, some at a time. Its lock is held: nobody
// else does.
func (l *Ledger) settleOne(d *database, owner int64) error {
	for after, more := firstOf(owner)-1, true; more; {
		last := after
		err := l.inTurn(d, func(t *transaction) { last = t.settleSome(owner, after) })
		if err != nil {
			return err
		}
		more, after = last > 0, last
	}
	for more := true; more; {
		err := l.inTurn(d, func(t *transaction) { more = t.settleTaken(owner) })
		if err != nil {
			return err
		}
	}
	return l.inTurn(d, func(t *transaction) {
		t.exec("DELETE FROM entering WHERE first BETWEEN ? AND ?", firstOf(owner), lastOf(owner))
		t.exec("DELETE FROM owners WHERE id = ?", owner)
	})
}

// settleSome makes rows free that a program entered and that nobody has taken over,
// and is the last one's number, 0 where there are none any more.
func (t *transaction) settleSome(owner, after int64) (last int64) {
	const some = "SELECT number FROM jobs WHERE number > ? AND number <= ? AND number NOT IN (SELECT number FROM taken WHERE owner <> ?) ORDER BY number LIMIT ?"
	t.each("SELECT coalesce(max(number), 0) FROM ("+some+")", []any{after, lastOf(owner), owner, settledAtOnce}, func(r *sql.Rows) error { return r.Scan(&last) })
	if last == 0 {
		return 0
	}
	const its = " FROM jobs WHERE number > ? AND number <= ? AND number NOT IN (SELECT number FROM taken)"
	t.exec("DELETE"+its+" AND (SELECT last FROM entering WHERE first <= number ORDER BY first DESC LIMIT 1) >= number", after, last)
	t.exec("INSERT OR IGNORE INTO lefts (number, account, twin) SELECT number, account, twin"+its+" AND "+unfinished, after, last)
	t.removeAll("SELECT number"+its+" AND NOT "+unfinished, after, last)
	return last
}

// settleTaken makes rows free that a program had taken over, and reports whether there
// were any.
func (t *transaction) settleTaken(owner int64) bool {
	const its = " FROM jobs WHERE number IN (SELECT number FROM taken WHERE owner = ? ORDER BY number LIMIT 2000)"
	t.exec("INSERT OR IGNORE INTO lefts (number, account, twin) SELECT number, account, twin"+its+" AND "+unfinished, owner)
	t.removeAll("SELECT number"+its+" AND NOT "+unfinished, owner)
	return t.exec("DELETE FROM taken WHERE number IN (SELECT number FROM taken WHERE owner = ? ORDER BY number LIMIT 2000)", owner) > 0
}
