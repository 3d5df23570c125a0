package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"modernc.org/sqlite" // the driver "sqlite" as well
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// A database is a ledger's file while it is open: one connection that writes, and
// some that read beside it.
type database struct {
	file    os.FileInfo // as it was opened
	wal     os.FileInfo // likewise
	memory  bool        // it is in the memory of this program, and nowhere else
	reading *sql.DB
	mu      sync.Mutex
	readers map[string]*sql.Stmt
	writing *sql.DB
	conn    *sql.Conn // of writing, the only one
	writers map[string]*sql.Stmt
	halves  transfer.Halves    // room for what is written
	text    []byte             // likewise
	commons map[string]*common // texts that were written
}

// Waiting for another program's transaction ends after half a minute: a thousand
// rows take some milliseconds.
const (
	pragmas  = "_pragma=busy_timeout(30000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=temp_store(MEMORY)"
	atOnce   = 4 // connections that read
	readOnly = "&_pragma=query_only(1)"
)

// openDatabase opens a file, makes it where it is not there, and brings it to the
// newest version.
func openDatabase(path string) (*database, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // its WAL takes the mode on
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() == 0 { // what lies about is of one that was deleted
		_ = os.Remove(path + "-wal")
		_ = os.Remove(path + "-shm")
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return connect(uriOf(path)+"?"+pragmas, &database{file: info})
}

// openMemory makes one that ends with the program.
func openMemory() (*database, error) {
	return connect("file:/"+rand.Text()+"?vfs=memdb&"+pragmas, &database{memory: true})
}

func connect(uri string, d *database) (_ *database, err error) {
	d.readers, d.writers, d.commons = map[string]*sql.Stmt{}, map[string]*sql.Stmt{}, map[string]*common{}
	d.writing, err = sql.Open("sqlite", uri)
	if err == nil {
		d.writing.SetMaxOpenConns(1)
		d.conn, err = d.writing.Conn(context.Background())
	}
	if err == nil {
		err = migrate(d.conn)
	}
	if err == nil {
		d.reading, err = sql.Open("sqlite", uri+readOnly)
	}
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	d.reading.SetMaxOpenConns(atOnce)
	d.reading.SetMaxIdleConns(atOnce)
	return d, nil
}

// uriOf is a file as SQLite takes it, whatever signs are in its path.
func uriOf(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/...
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

func (d *database) close() error {
	var errs []error
	for _, all := range []map[string]*sql.Stmt{d.readers, d.writers} {
		for _, s := range all {
			errs = append(errs, s.Close())
		}
	}
	if d.reading != nil {
		errs = append(errs, d.reading.Close())
	}
	if d.conn != nil {
		errs = append(errs, d.conn.Close())
	}
	if d.writing != nil {
		errs = append(errs, d.writing.Close())
	}
	return errors.Join(errs...)
}

// A preparer is a connection or several.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// prepared is a statement of those that are prepared once.
func prepared(all map[string]*sql.Stmt, by preparer, query string) (*sql.Stmt, error) {
	if s := all[query]; s != nil {
		return s, nil
	}
	s, err := by.PrepareContext(context.Background(), query)
	if err == nil {
		all[query] = s
	}
	return s, err
}

// read reads rows one after the other.
func (d *database) read(query string, values []any, scan func(*sql.Rows) error) error {
	d.mu.Lock()
	s, err := prepared(d.readers, d.reading, query)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	return scanAll(s, values, scan)
}

// A transaction writes; its methods do nothing more after the first error, which
// is that of its end.
type transaction struct {
	database *database
	err      error
}

// change carries out one transaction, all of it or nothing. The caller lets no other
// one begin meanwhile.
func (d *database) change(work func(*transaction)) error {
	t := &transaction{database: d}
	t.exec("BEGIN IMMEDIATE")
	if t.err != nil {
		return t.err
	}
	t.known()
	work(t)
	if t.exec("COMMIT"); t.err != nil {
		end := &transaction{database: d}
		end.exec("ROLLBACK") // there is none where SQLite has done it already
		clear(d.commons)     // some may have stood in the table only within this one
	}
	return t.err
}

// known refuses a database that a newer program has migrated while this one had it
// open: what its rows mean is not known here.
func (t *transaction) known() {
	t.each("PRAGMA user_version", nil, func(r *sql.Rows) error {
		var version int
		if err := r.Scan(&version); err != nil || version <= len(migrations) {
			return err
		}
		return newerError(version)
	})
}

// exec says something, and is how many rows that changed.
func (t *transaction) exec(query string, values ...any) int64 {
	n, _ := t.affected(query, values).RowsAffected()
	return n
}

// insert is exec for one new row, whose number it is.
func (t *transaction) insert(query string, values ...any) int64 {
	id, _ := t.affected(query, values).LastInsertId()
	return id
}

func (t *transaction) affected(query string, values []any) sql.Result {
	if t.err == nil {
		var s *sql.Stmt
		if s, t.err = prepared(t.database.writers, t.database.conn, query); t.err == nil { //nolint:sqlclosecheck // it is closed with the database
			var r sql.Result
			if r, t.err = s.ExecContext(context.Background(), values...); t.err == nil {
				return r
			}
		}
	}
	return noResult{}
}

type noResult struct{}

func (noResult) LastInsertId() (int64, error) { return 0, nil }
func (noResult) RowsAffected() (int64, error) { return 0, nil }

// each reads rows one after the other.
func (t *transaction) each(query string, values []any, scan func(*sql.Rows) error) {
	if t.err != nil {
		return
	}
	var s *sql.Stmt
	if s, t.err = prepared(t.database.writers, t.database.conn, query); t.err == nil {
		t.err = scanAll(s, values, scan)
	}
}

func scanAll(s *sql.Stmt, values []any, scan func(*sql.Rows) error) error {
	rows, err := s.QueryContext(context.Background(), values...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// isDamage reports whether an error says that the file is no ledger, or no longer:
// what is said to it is the same always, so what does not fit is the file.
func isDamage(err error) bool {
	switch codeOf(err) {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_MISMATCH:
		return true
	}
	switch fullCodeOf(err) {
	case sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_IN_PAGE, sqlite3.SQLITE_IOERR_CORRUPTFS: // somebody has cut it off
		return true
	}
	return errors.Is(err, errReplaced) || errors.Is(err, errWAL)
}

// isRefusal reports whether an error says that nothing can be written to the file now:
// the disk is full, or does not let this program write, or the file is a newer program's.
func isRefusal(err error) bool {
	if newer := newerError(0); errors.As(err, &newer) {
		return true
	}
	switch codeOf(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return true
	}
	return false
}

// codeOf is SQLite's primary code of an error, 0 where it is none of SQLite's.
func codeOf(err error) int { return fullCodeOf(err) & 0xff }

func fullCodeOf(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code()
}
