package ledger

import (
	"database/sql"

	"github.com/bucketseal/bucketseal/client"
)

// leftOf are the numbers of the rows that ended programs have left of a saved account,
// which is known by its id: what another account with the same access key has is not
// among them.
const leftOf = "SELECT number FROM lefts WHERE account IN (SELECT number FROM accounts WHERE id = ? AND id <> '')"

// Left counts the transfers of a saved account that programs which ended have left
// unfinished.
func (l *Ledger) Left(a client.Account) (n int, err error) {
	if err := l.Open(); err != nil {
		return 0, err
	}
	if err := l.settleOthers(); err != nil {
		return 0, err
	}
	err = l.read(func(d *database) error {
		return d.read("SELECT COUNT(*) FROM ("+leftOf+")", []any{a.ID}, func(r *sql.Rows) error { return r.Scan(&n) })
	})
	return n, err
}

// DropLeft forgets those transfers, and returns how many they were: for an account
// that is removed, with which nobody goes on. Their receipts stay, and so does what is
// known of uploads that may be open at the server.
func (l *Ledger) DropLeft(a client.Account) (n int, err error) {
	if err := l.Open(); err != nil {
		return 0, err
	}
	if err := l.settleOthers(); err != nil {
		return 0, err
	}
	err = l.change(func(t *transaction) {
		t.removeAll(leftOf, a.ID)
		n = int(t.exec("DELETE FROM lefts WHERE number IN ("+leftOf+")", a.ID))
	})
	return n, err
}
