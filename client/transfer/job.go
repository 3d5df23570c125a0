package transfer

import (
	"io"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Op is what a job does.
type Op string

// The operations.
const (
	Upload   Op = "upload"
	Download Op = "download"
)

// A Job is one file to be moved, with everything decided: how it is encrypted,
// because of what, under which name. It does not change once planned.
type Job struct {
	ID     string // unique; given by the planner
	Op     Op
	Remote client.Location

	// Local is the file read by an upload: an absolute path. For a download it
	// is only shown; Root and Name say where the file goes.
	Local string
	// Root is the folder a download may write in, and nowhere else; Name is the
	// path below it, with slashes, already escaped (EscapeKey).
	Root, Name string

	// From opens what an upload reads instead of the file Local: contents whose
	// size is not known, and Size says nothing until they have been read. They are
	// read once, to their end, for each attempt.
	From func() (io.ReadCloser, error)
	// Into is given the bytes of a download, once they are verified, instead of a
	// file getting its Name; Root is where the temporary file lies.
	Into func(io.Reader) error

	Size     int64     // bytes, as planned
	Modified time.Time // of the source, as planned

	Put       client.PutOptions  // uploads: encryption, content type, metadata
	Read      client.ReadOptions // downloads: version, SSE-C key
	Rule      int                // number of the rule that decided, 0 for none
	Because   string             // why, for people
	Overwrite Overwrite
	// AcceptStale lets a download land though the checksum that an upload left in
	// the object's metadata, or an ETag in the form of an MD5, is of other bytes.
	// The server's own checksum is never set aside.
	AcceptStale bool
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
	Warnings []string
}

// A Refusal is a file that will not be moved, and why.
type Refusal struct {
	Source string
	Target client.Location
	Rule   int
	Kind   client.Kind
	Reason string
}

// Phase is where a job stands. Done is reached only from Verifying.
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
