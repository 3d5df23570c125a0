package transfer

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Op is what a job does.
type Op string

// A Job is one file or object and what is done with it, with everything decided:
// how it is encrypted, because of what, under which name. It does not change once
// planned. It is a row that can be stored: no secret is in it and nothing that
// only this run of the program has ([Config.CustomerKey], [Engine.Attach]).
type Job struct {
	ID   string `json:"id"` // unique; given by the planner
	Op   Op     `json:"op"`
	From Place  `json:"from"`
	To   Place  `json:"to,omitzero"` // zero for a deletion

	// Treatment is how an upload is encrypted, and because of what.
	Treatment   client.Treatment  `json:"treatment,omitzero"`
	ContentType string            `json:"contentType,omitempty"` // of an upload; "" is what its first bytes tell
	Metadata    map[string]string `json:"metadata,omitempty"`    // of an upload: x-amz-meta-*

	Edit      *Edit     `json:"edit,omitempty"` // of a job in place
	Expect    Expect    `json:"expect"`
	Overwrite Overwrite `json:"overwrite,omitempty"`
	// Over, with OverwriteAlways, is what the target was when the job was planned: only
	// that is overwritten, or nothing where it has gone since. Of an object the ETag
	// tells it from another, of a file size and date. nil is whatever is there.
	Over *Expect `json:"over,omitempty"`
	// AcceptStale takes a download though the checksum that an upload left in the
	// object's metadata, or an ETag in the form of an MD5, is of other bytes. The
	// server's own checksum is never set aside.
	AcceptStale bool `json:"acceptStale,omitempty"`
	// Priority: of what waits, the highest goes first, then what came first.
	Priority int `json:"priority,omitempty"`
}

// Expect is what the source was when the job was planned, as far as it was known:
// zero is not known.
type Expect struct {
	// Size is in bytes, client.NotTold where the server does not say. Of a source
	// that has to be read to its end to know it, it is 0 until then.
	Size     int64     `json:"size"`
	ETag     string    `json:"etag,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
	// Identity tells a local file from another that took its name (IdentityOf).
	Identity string `json:"identity,omitempty"`
}

// At is the object that a job is about: the one that it writes, or the source.
func (j Job) At() client.Location {
	if j.Op.WritesObject() {
		return j.To.At
	}
	return j.From.At
}

// bytes is how many a job moves, below 0 where nobody told.
func (j Job) bytes() int64 {
	if j.Op == Delete {
		return 0
	}
	return j.Expect.Size
}

// Overwrite says what to do when the target is there already.
type Overwrite string

// The ways; unsaid is skip. Newer overwrites only a target older than the source.
const (
	OverwriteAlways Overwrite = "always"
	OverwriteSkip   Overwrite = "skip"
	OverwriteNewer  Overwrite = "newer"
)

// A Plan is what a transfer will do, shown before a byte moves.
type Plan struct {
	Jobs    []Job
	Refused []Refusal
	Bytes   int64 // as far as it is told
	Untold  int   // jobs whose size the server does not tell
	// Existing are the targets that are there already, where somebody asked; what
	// becomes of them says each job's Overwrite. MayExist is how many others may be
	// there: too many to look for.
	Existing []client.Location
	MayExist int
	// Warnings say what a person should know before a byte moves, e.g. that a
	// rule asks for less than the bucket's default.
	Warnings []client.Text
}

// A Refusal is a file that will not be moved, and why.
type Refusal struct {
	Op     Op // what would have been done with it
	Source string
	Target client.Location
	Rule   int    // number of the rule that decided, 0 for none
	RuleID string // its id
	Kind   client.Kind
	Reason client.Text
}

// Phase is how far a job is. A transfer becomes Done only from Verifying.
type Phase int

// The phases.
const (
	Queued Phase = iota
	Sending
	Verifying
	Done
	Failed
	Skipped
	Cancelled
	Paused
)

var phaseNames = [...]string{"queued", "sending", "verifying", "done", "failed", "skipped", "cancelled", "paused"}

// String is the phase as the JSON of the command line writes it.
func (p Phase) String() string { return phaseNames[p] }

// Over reports whether nothing more will happen unless somebody asks.
func (p Phase) Over() bool { return p == Done || p == Failed || p == Skipped || p == Cancelled }
