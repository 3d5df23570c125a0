package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/bucketseal/bucketseal/client"
)

// migrations make each version of the schema of the one before. A ledger says in
// user_version how many of them it has been through. One that was released never
// changes: what is to be different is a new one at the end. By the columns of their rows
// the tables are told apart in a damaged database (salvage.go).
var migrations = []string{`
-- The programs that write here. A program lives as long as it holds the lock on its
-- file below the folder owners.
CREATE TABLE owners (
	id   INTEGER PRIMARY KEY AUTOINCREMENT,
	lock TEXT NOT NULL
) STRICT;

-- Accounts, as they were when jobs were entered.
CREATE TABLE accounts (
	number     INTEGER PRIMARY KEY,
	id         TEXT NOT NULL, -- '' for the account of one run
	endpoint   TEXT NOT NULL,
	access_key TEXT NOT NULL, -- its id, which is no secret
	UNIQUE (id, endpoint, access_key)
) STRICT;

-- Rows. number >> 32 is the owner that entered the row. It belongs to that one, unless
-- it is in lefts (to nobody) or in taken (to another one).
CREATE TABLE jobs (
	number   INTEGER PRIMARY KEY,
	account  INTEGER NOT NULL,
	twin     INTEGER NOT NULL, -- the same for the same operation, source and target
	phase    TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	started  INTEGER,          -- nanoseconds since 1970, as all times here
	ended    INTEGER,
	failure  TEXT,
	receipt  INTEGER,          -- the last one's id
	job      TEXT NOT NULL
) STRICT;

-- Rows that are still being entered: their owner has not said yet that these are all.
CREATE TABLE entering (
	first INTEGER PRIMARY KEY,
	last  INTEGER NOT NULL
) STRICT;

-- Rows that programs that ended have left.
CREATE TABLE lefts (
	number  INTEGER PRIMARY KEY,
	account INTEGER NOT NULL,
	twin    INTEGER NOT NULL
) STRICT;
CREATE INDEX lefts_by_twin ON lefts (twin);

-- Rows that one program left and another one took over.
CREATE TABLE taken (
	number INTEGER PRIMARY KEY,
	owner  INTEGER NOT NULL
) STRICT;

-- What attempts have left for the next to go on with, and its pieces.
CREATE TABLE progress (
	number INTEGER PRIMARY KEY,
	upload TEXT NOT NULL, -- id of the multipart upload, '' for none
	begun  TEXT NOT NULL
) STRICT;
CREATE TABLE pieces (
	id     INTEGER PRIMARY KEY,
	number INTEGER NOT NULL,
	piece  TEXT NOT NULL
) STRICT;
CREATE INDEX pieces_of_row ON pieces (number);

-- Multipart uploads that may be open, and that no row goes on with.
CREATE TABLE uploads (
	id      INTEGER PRIMARY KEY,
	account INTEGER NOT NULL,
	upload  TEXT NOT NULL,
	begun   TEXT NOT NULL,
	job     TEXT NOT NULL
) STRICT;

-- What was proved, until somebody deletes it.
CREATE TABLE receipts (
	id      INTEGER PRIMARY KEY,
	number  INTEGER NOT NULL, -- the row it is of
	at      INTEGER,          -- when it was proved
	receipt TEXT NOT NULL
) STRICT;
`, `
-- Damaged databases of which something is left to be read, by their files' names in
-- the folder of this one.
CREATE TABLE salvages (
	file  TEXT PRIMARY KEY,
	owner INTEGER NOT NULL,          -- the program that reads it
	done  TEXT NOT NULL DEFAULT '{}' -- how far
) STRICT;
`, `
-- What many jobs or receipts have in common, by its checksum (sumOf). The job or receipt
-- of a row that names one is its own half only; both are objects of JSON whose members
-- are those of the whole. Where the other half is gone the whole is no JSON.
CREATE TABLE commons (
	sum  INTEGER PRIMARY KEY,
	text TEXT NOT NULL
) STRICT;
ALTER TABLE jobs ADD COLUMN common INTEGER;
ALTER TABLE receipts ADD COLUMN common INTEGER;
CREATE VIEW whole_jobs AS SELECT number, account, twin, phase, attempts, started, ended, failure, receipt,
	CASE WHEN common IS NULL THEN job ELSE coalesce((SELECT substr(text, 1, length(text) - 1) FROM commons WHERE sum = common), '') || ',' || substr(job, 2) END AS job
	FROM jobs;
CREATE VIEW whole_receipts AS SELECT id, number, at,
	CASE WHEN common IS NULL THEN receipt ELSE coalesce((SELECT substr(text, 1, length(text) - 1) FROM commons WHERE sum = common), '') || ',' || substr(receipt, 2) END AS receipt
	FROM receipts;
`}

// migrate brings a database to the newest version. One that a newer program has
// written is refused: it may mean by a row what is not known here.
func migrate(conn *sql.Conn) error {
	ctx := context.Background()
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(migrations) {
		return newerError(version)
	}
	for i := version; i < len(migrations); i++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; COMMIT", migrations[i], i+1)
		if _, err := conn.ExecContext(ctx, script); err != nil {
			_, _ = conn.ExecContext(ctx, "ROLLBACK") // what failed is the error to tell
			return err
		}
	}
	return nil
}

// A newerError says that a newer program has written the database, of this version.
type newerError int

func (e newerError) Error() string { return e.Text().String() }

// Text is the sentence, for client.TextOf.
func (e newerError) Text() client.Text {
	return client.Say("it was written by a newer Bucketseal (version %d of the ledger, this program knows %d): update this one", int(e), len(migrations))
}
