package ledger

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A salvage brings what can still be read of a damaged database, which was set aside,
// into the new one: receipts, which are evidence, and what programs that have ended
// left to be gone on with. It runs beside the transfers, some pages in a transaction,
// and how far it is stands in the database: what one program does not come to the next
// one goes on with.
type salvage struct {
	ledger *Ledger
	image  *image
	name   string // of the file, in the ledger's folder
	done   progressOfSalvage

	owners   map[int64]string // locks of the programs that wrote
	accounts map[int64]client.Account
	numbers  map[int64]int64 // of accounts, there and here
	taken    map[int64]int64 // rows and who took them over
	entering [][2]int64      // rows that were not there yet
	living   map[string]bool // by locks, asked once
	others   bool            // some other program lives
	seen     map[int64]bool  // receipts, where deleted ones may lie about
	commons  halfTexts
}

// progressOfSalvage is how far one is and what was found, as the database keeps it.
type progressOfSalvage struct {
	Stage    int    `json:"stage"` // which tables are looked for
	Page     uint32 `json:"page"`  // the last one that was looked at
	Receipts int    `json:"receipts"`
	Rows     int    `json:"rows"`
	Records  int    `json:"records"` // that could not be read
	Pages    int    `json:"pages"`   // likewise
}

// Stages: rows are there before what belongs to them.
const (
	rowsStage = iota
	belongingsStage
	leavingStage
)

// Each transaction looks at so many pages, and leaves the disk to others then for as
// long as it took.
const pagesAtOnce = 64

// salvageAll goes on with what is to be salvaged, until all is or the ledger closes.
func (l *Ledger) salvageAll() {
	names, err := l.toSalvage()
	for _, name := range names {
		if err == nil && l.mayGoOn() {
			err = l.salvage(name)
		}
	}
	if err != nil && !l.closing.Load() {
		l.note(client.Say("what a damaged ledger still has could not be brought into the new one, and stays in its file: %v", err))
	}
}

// mayGoOn reports whether there is a ledger on the disk to write to.
func (l *Ledger) mayGoOn() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return !l.closing.Load() && l.db != nil && !l.db.memory
}

// toSalvage are the files of which something is left to be read, and that no other
// program reads.
func (l *Ledger) toSalvage() (names []string, err error) {
	err = l.writeOnce(func(t *transaction) {
		names = nil
		t.exec("UPDATE salvages SET owner = ? WHERE owner NOT IN (SELECT id FROM owners)", l.owner)
		t.each("SELECT file FROM salvages WHERE owner = ?", []any{l.owner}, func(r *sql.Rows) error {
			var name string
			err := r.Scan(&name)
			names = append(names, name)
			return err
		})
	})
	return names, err
}

func (l *Ledger) salvage(name string) error {
	path := filepath.Join(l.options.Dir, filepath.Base(name))
	m, err := openImage(path)
	if os.IsNotExist(err) { // somebody took it away
		return l.writeOnce(func(t *transaction) { t.exec("DELETE FROM salvages WHERE file = ?", name) })
	}
	if err != nil {
		return err
	}
	defer m.close()
	s := &salvage{
		ledger: l, image: m, name: name, owners: map[int64]string{}, accounts: map[int64]client.Account{}, numbers: map[int64]int64{},
		taken: map[int64]int64{}, living: map[string]bool{}, commons: halfTexts{},
	}
	if m.free == nil {
		s.seen = map[int64]bool{}
	}
	return s.run(path)
}

func (s *salvage) run(path string) error {
	if err := s.recall(); err != nil {
		return err
	}
	for n := uint32(1); n <= s.image.pages; n++ {
		s.eachOf(n, s.learn)
	}
	if s.commons.miss() {
		for n := uint32(1); n <= s.image.pages; n++ {
			s.eachOf(n, s.commons.learn)
		}
	}
	err := s.ledger.alone(func() error { s.others = s.ledger.othersLive(); return nil })
	if err != nil {
		return err
	}
	for ; s.done.Stage < leavingStage; s.done.Stage, s.done.Page = s.done.Stage+1, 0 {
		for s.done.Page < s.image.pages {
			if !s.ledger.mayGoOn() {
				return nil
			}
			began := time.Now()
			if err := s.some(); err != nil {
				return err
			}
			s.ledger.rest(time.Since(began))
		}
	}
	if err := s.leave(); err != nil {
		return err
	}
	d := s.done
	s.ledger.note(client.Say("of the damaged ledger %s these were saved: receipts: %d, transfers that were not over: %d. What could not be read: records: %d, pages of the file: %d", path, d.Receipts, d.Rows, d.Records, d.Pages))
	return nil
}

// eachOf gives the records of a page that is in use.
func (s *salvage) eachOf(page uint32, take func(rawRecord)) (lost int, ok bool) {
	if s.image.free[page] {
		return 0, true
	}
	return s.image.records(page, take)
}

// recall is where a program before stopped.
func (s *salvage) recall() error {
	_, err := s.ledger.attempt(func(d *database) error {
		return d.read("SELECT done FROM salvages WHERE file = ?", []any{s.name}, func(r *sql.Rows) error {
			return scanJSON(r, &s.done)
		})
	})
	return err
}

// learn notes what the tables say that others refer to.
func (s *salvage) learn(r rawRecord) {
	s.commons.want(r)
	switch v := r.values; shapeOf(v) {
	case "_t":
		if text := v[1].(string); !s.commons.take(r.id, text) {
			s.owners[r.id] = text
		}
	case "_ttt":
		s.accounts[r.id] = client.Account{ID: v[1].(string), Endpoint: v[2].(string), AccessKeyID: v[3].(string)}
	case "_i":
		if n := v[1].(int64); n>>ownerBits == 0 {
			s.taken[r.id] = n
		} else {
			s.entering = append(s.entering, [2]int64{r.id, n})
		}
	}
}

// shapeOf is which kinds of values a record has: i, t, and _ for none.
func shapeOf(values []any) string {
	b := make([]byte, len(values))
	for i, v := range values {
		switch v.(type) {
		case nil:
			b[i] = '_'
		case int64:
			b[i] = 'i'
		default:
			b[i] = 't'
		}
	}
	return string(b)
}

// some looks at some pages, in one transaction.
func (s *salvage) some() error {
	was, numbers := s.done, len(s.numbers)
	err := s.ledger.writeOnce(func(t *transaction) {
		s.done = was
		if len(s.numbers) > numbers {
			clear(s.numbers) // they were not kept
		}
		for range pagesAtOnce {
			if s.done.Page++; s.done.Page > s.image.pages {
				break
			}
			s.look(t)
		}
		t.exec("UPDATE salvages SET done = ? WHERE file = ?", t.json(s.done), s.name)
	})
	if err != nil {
		s.done = was
	}
	return err
}

// look takes what one page has.
func (s *salvage) look(t *transaction) {
	take := s.takeRow
	if s.done.Stage == belongingsStage {
		take = s.takeBelonging
	}
	lost, ok := s.eachOf(s.done.Page, func(r rawRecord) { take(t, r) })
	if s.done.Stage == rowsStage { // each is counted once
		s.done.Records += lost
		if !ok && !s.image.chained[s.done.Page] {
			s.done.Pages++
		}
	}
}

// takeRow takes a row that its program left.
func (s *salvage) takeRow(t *transaction, r rawRecord) {
	v := r.values
	if !isJob(v) || !s.isLeft(r.id) {
		return
	}
	phase, err := phaseOf(v[3].(string))
	var job transfer.Job
	v, v[9] = v[:10], s.commons.whole(r)
	if err != nil || json.Unmarshal([]byte(v[9].(string)), &job) != nil {
		s.done.Records++
		return
	}
	if phase == transfer.Done || phase == transfer.Skipped {
		return
	}
	account, known := s.account(t, v[1].(int64))
	if !known { // what the job says of it is enough to find the row
		account = t.account(client.Account{ID: cmp.Or(job.From.Account, job.To.Account)})
	}
	v[0], v[1] = r.id, account
	v[8] = unresolved(v[8])
	s.done.Rows += int(t.exec("INSERT INTO jobs (number, account, twin, phase, attempts, started, ended, failure, receipt, job) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", v...))
}

// unresolved is a receipt's id in another database, until it is here.
func unresolved(id any) any {
	if n, ok := id.(int64); ok && n > 0 {
		return -n
	}
	return id
}

// account is the number that an account has here.
func (s *salvage) account(t *transaction, there int64) (number int64, known bool) {
	a, known := s.accounts[there]
	if !known {
		return 0, false
	}
	if s.numbers[there] == 0 {
		s.numbers[there] = t.account(a)
	}
	return s.numbers[there], true
}

// isLeft reports whether a row is nobody's: its program has ended, and had it entered
// whole.
func (s *salvage) isLeft(number int64) bool {
	for _, span := range s.entering {
		if span[0] <= number && number <= span[1] {
			return false
		}
	}
	owner := number >> ownerBits
	if by, ok := s.taken[number]; ok {
		owner = by
	}
	return !s.lives(owner)
}

// lives reports whether a program that wrote to the damaged ledger still runs, or may.
// Such a one saves its own.
func (s *salvage) lives(owner int64) bool {
	if owner == s.ledger.owner {
		return true
	}
	lock, known := s.owners[owner]
	if !known { // what is not among them has ended, if they could be read
		return len(s.owners) == 0 && s.others
	}
	lives, asked := s.living[lock]
	if !asked {
		lives = s.ledger.isHeld(filepath.Base(lock))
		s.living[lock] = lives
	}
	return lives
}

// takeBelonging takes a receipt, an upload that no row goes on with, or what a row
// that was taken had begun.
func (s *salvage) takeBelonging(t *transaction, r rawRecord) {
	const ofRow = " FROM jobs WHERE number = ? AND number NOT IN (SELECT number FROM lefts)"
	switch v := r.values; shapeOf(v) {
	case "_tt":
		if s.isLeft(r.id) && json.Valid([]byte(v[2].(string))) {
			t.exec("INSERT INTO progress (number, upload, begun) SELECT number, ?, ?"+ofRow+" ON CONFLICT DO NOTHING", v[1], v[2], r.id)
		}
	case "_it":
		if n := v[1].(int64); s.isLeft(n) && json.Valid([]byte(v[2].(string))) {
			t.exec("INSERT INTO pieces (number, piece) SELECT number, ?"+ofRow, v[2], n)
		}
	case "_ittt":
		if account, known := s.account(t, v[1].(int64)); known && json.Valid([]byte(v[3].(string))) && json.Valid([]byte(v[4].(string))) {
			t.exec("INSERT INTO uploads (account, upload, begun, job) VALUES (?, ?, ?, ?)", account, v[2], v[3], v[4])
		}
	default:
		if isReceipt(v) {
			s.takeReceipt(t, r)
		}
	}
}

func (s *salvage) takeReceipt(t *transaction, r rawRecord) {
	v := r.values[:4]
	v[3] = s.commons.whole(r)
	var receipt transfer.Receipt
	if json.Unmarshal([]byte(v[3].(string)), &receipt) != nil {
		s.done.Records++
		return
	}
	if s.seen != nil {
		if s.seen[r.id] {
			return
		}
		s.seen[r.id] = true
	}
	id := t.insert("INSERT INTO receipts (number, at, receipt) VALUES (?, ?, ?)", v[1:]...)
	s.done.Receipts++
	if t.exec("UPDATE jobs SET receipt = ? WHERE number = ? AND receipt = ?", id, v[1], -r.id) == 0 && receipt.Verdict.AsAsked() {
		s.dropOlder(t, v[1].(int64), r.id)
	}
}

// dropOlder drops a row that is there as it was before a receipt was made: the newer
// page could not be read. What is proved is over.
func (s *salvage) dropOlder(t *transaction, number, receipt int64) {
	if s.isLeft(number) {
		s.done.Rows -= int(t.exec("DELETE FROM jobs WHERE number = ? AND (receipt IS NULL OR receipt < 0 AND receipt > ?) AND number NOT IN (SELECT number FROM lefts)", number, -receipt))
	}
}

// leave makes the rows free to be taken over, now that what belongs to them is here.
func (s *salvage) leave() error {
	for after := int64(0); ; {
		last := after
		err := s.ledger.writeOnce(func(t *transaction) {
			const some = "FROM jobs WHERE number > ? AND number >> 32 NOT IN (SELECT id FROM owners) AND number NOT IN (SELECT number FROM lefts) AND number NOT IN (SELECT number FROM taken) ORDER BY number LIMIT 1000"
			last = after
			t.each("SELECT coalesce(max(number), 0) FROM (SELECT number "+some+")", []any{after}, func(r *sql.Rows) error { return r.Scan(&last) })
			t.exec("INSERT INTO lefts (number, account, twin) SELECT number, account, twin "+some, after)
			t.removeAll("SELECT number FROM jobs WHERE number > ? AND number <= ? AND number IN (SELECT number FROM lefts) AND NOT "+unfinished, after, last)
			t.exec("DELETE FROM lefts WHERE number > ? AND number <= ? AND number NOT IN (SELECT number FROM jobs)", after, last)
			if last == 0 {
				t.exec("DELETE FROM salvages WHERE file = ?", s.name)
			}
		})
		if err != nil || last == 0 {
			return err
		}
		after = last
	}
}
