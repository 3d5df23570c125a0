package transfer

import (
	"errors"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Receipt is the record of one job that is through: of a transfer that was
// compared, or of what was there already in its place (what was asked, what the
// server reported, what the comparison said), or of an object that is gone. It
// holds no secret, and can be stored. It is written when the object or the file
// is final and not before.
type Receipt struct {
	Job        string           `json:"job"`                 // its id
	Account    string           `json:"account"`             // what it was called then
	AccountID  string           `json:"accountId,omitempty"` // "" for the account of one run
	Op         Op               `json:"op"`
	Source     string           `json:"source"`
	At         client.Location  `json:"at"`
	VersionID  string           `json:"versionId,omitempty"`
	ETag       string           `json:"etag,omitempty"`    // with Modified it tells this object from another of its name
	Modified   time.Time        `json:"modified,omitzero"` // as the server says it, zero where it was not told
	Size       int64            `json:"size"`              // bytes
	Checksum   client.Checksum  `json:"checksum,omitzero"`
	Content    Content          `json:"content,omitempty"`  // how far the bytes themselves were compared
	Compared   client.Text      `json:"compared,omitzero"`  // half a sentence: by what
	Treatment  client.Treatment `json:"treatment,omitzero"` // what was asked, zero for a download
	PartSize   int64            `json:"partSize,omitempty"` // bytes of each part but the last, 0 for one request
	Parts      []PartRecord     `json:"parts,omitempty"`    // of an upload in parts
	Identity   string           `json:"identity,omitempty"` // of the file that was sent (IdentityOf), "" where it is not known
	Reported   client.Reported  `json:"reported,omitzero"`
	Verdict    Verdict          `json:"verdict,omitempty"`
	Why        client.Text      `json:"why,omitzero"`
	RequestID  string           `json:"requestId,omitempty"`
	VerifiedAt time.Time        `json:"verifiedAt"`
	From       *Origin          `json:"from,omitempty"` // of a copy between accounts
}

// An Origin is what a copy between accounts was made of.
type Origin struct {
	Account   string          `json:"account"`             // what it was called then
	AccountID string          `json:"accountId,omitempty"` // "" for the account of one run
	VersionID string          `json:"versionId,omitempty"`
	ETag      string          `json:"etag,omitempty"`
	Modified  time.Time       `json:"modified,omitzero"`
	Reported  client.Reported `json:"reported,omitzero"` // how it was encrypted there
}

// IsUnverified reports whether nothing could tell if the file of a download is what
// was stored: the server keeps no checksum of it. Nobody may call it verified.
func (r *Receipt) IsUnverified() bool { return r.Op == Download && !r.Content.OfBytes() }

// A PartRecord is one part of an upload in parts, as it was sent and taken.
type PartRecord struct {
	Number   int             `json:"number"` // from 1
	Size     int64           `json:"size"`   // bytes
	ETag     string          `json:"etag"`
	Checksum client.Checksum `json:"checksum"` // of what was sent
}

// A finding of a job that is through: its receipt, and what that says went wrong, nil
// for nothing.
type finding struct {
	receipt Receipt
	outcome error
}

// keep has the receipt of a job put into its row and both written down, in one, when
// the attempt is through: it is the last that one does, and never hides its outcome.
func (e *Engine) keep(it *item, r Receipt, outcome error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	it.found = &finding{r, outcome}
	return outcome
}

// mostKeeping is how many jobs may wait for their receipts to be written beside those
// that have a turn.
const mostKeeping = 256

// keepReceipt writes the receipt of an attempt down, which ends when that is done. It
// reports whether another may go on in its turn meanwhile: where the disk is slower
// than the server nobody runs ahead of it. A receipt that cannot be kept fails the job,
// and takes nothing back: what is stored stays stored. The caller holds the mutex.
func (e *Engine) keepReceipt(a *attempt, outcome error) (goOn bool) {
	it := a.its[0]
	entry := e.entryOf(it, &it.found.receipt, outcome)
	e.keeping++
	goOn = e.keeping <= mostKeeping
	e.scribe.put(note{entry: entry, then: func(err error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.keeping--
		if err == nil {
			it.kept = entry.State.Phase
		}
		e.over(a, []error{keptOr(&it.found.receipt, outcome, err)})
		if !goOn {
			a.giveWay()
		}
		e.dispatch()
		e.signal()
	}})
	return goOn
}

// keepAll writes the receipts of several jobs down, at once.
func (e *Engine) keepAll(its []*item, found []finding) []error {
	entries := make([]Entry, len(its))
	e.mu.Lock()
	for i, it := range its {
		entries[i] = e.entryOf(it, &found[i].receipt, found[i].outcome)
	}
	e.mu.Unlock()
	e.signal()
	errs := e.scribe.write(entries...)
	for i, it := range its {
		if errs[i] == nil {
			it.kept = entries[i].State.Phase
		}
		errs[i] = keptOr(&found[i].receipt, found[i].outcome, errs[i])
	}
	return errs
}

// entryOf is what is written of a job that is through. The caller holds the mutex.
func (e *Engine) entryOf(it *item, r *Receipt, outcome error) Entry {
	it.row.Receipt = r
	e.touched(it)
	state := it.state()
	state.Phase, state.Err = conclusion(outcome)
	state.Ended = r.VerifiedAt
	entry := Entry{Number: it.number, State: &state, Receipt: r}
	if p := it.progress; p != nil && (p.Stored != nil || len(p.Tags) > 0) && outcome != nil {
		entry.Begun, it.begun = p, true
	} else {
		entry.Forget, it.begun = it.begun, false
	}
	return entry
}

// keptOr is the outcome of a job, or that its receipt could not be kept.
func keptOr(r *Receipt, outcome, err error) error {
	var skip *skipped
	switch {
	case err == nil:
		return outcome
	case outcome != nil && !errors.As(outcome, &skip):
		return client.Say("%v; and its receipt could not be kept: %v", outcome, err).Err()
	}
	return &client.Error{Op: string(r.Op), Kind: client.KindNotKept, At: r.At, Err: notKept(r.Op, err).Err()}
}

// notKept says that only the receipt is missing, and what is final all the same.
func notKept(op Op, err error) client.Text {
	switch op {
	case Download:
		return client.Say("the file is complete and stays; only its receipt could not be kept: %v", err)
	case Delete:
		return client.Say("the object is removed; only the receipt of that could not be kept: %v", err)
	}
	return client.Say("the object is on the server and stays; only its receipt could not be kept: %v", err)
}
