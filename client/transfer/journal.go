package transfer

import (
	"iter"
	"maps"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Journal keeps what outlives the program that transfers: the rows of jobs
// before their first request, what servers and disks hold of them meanwhile, and
// receipts once all is final. What a call without an error wrote survives the end
// of the program, however it ends. No secret is in it.
//
// A row belongs to one journal at a time, an engine's own, as long as its program
// lives; another program may take over what one that ended has left. Methods may be
// called from several goroutines.
type Journal interface {
	// Enter begins to keep the rows of new jobs.
	Enter() (Entering, error)
	// Write keeps changes, in their order, all or none; an Entry for very many rows, alone,
	// perhaps for some of them only.
	Write([]Entry) error
	// Read reads rows by their numbers, in any order. One that is not there is left out;
	// so is one that cannot be read, of which the error is, beside the rows that can.
	Read(numbers []int64) ([]Record, error)
	// Progress is what attempts at a row's job have left to go on with, nil for nothing.
	Progress(number int64) (*Progress, error)
	// Left yields the rows of this account which programs that ended have left and
	// that are not over, or have failed, in the order of their numbers. They stay
	// where they are.
	Left() iter.Seq2[Record, error]
	// TakeOver makes rows that were left this journal's, and returns the numbers of
	// those that it got: another program may have been faster.
	TakeOver(numbers []int64) ([]int64, error)
	// Uploads are the multipart uploads which rows of this account have begun and not
	// ended, whatever program they are of, and those which rows that are gone have left.
	Uploads() ([]KnownUpload, error)
	// Dropped takes down that an upload is gone from its server: no row goes on with it.
	Dropped(at client.Location, id string) error
	// Keeps reports whether a download of any program may go on with a temporary file of
	// this name (Progress.Temp).
	Keeps(temp string) (bool, error)
	// Lasts reports whether rows outlive the program.
	Lasts() bool
}

// An Entering keeps the rows of new jobs: all, once they are committed, or none.
type Entering interface {
	// Add numbers rows, in place and in ascending order, and keeps no hold of the slice.
	// Several may be open at once, and others' rows get numbers in between. Where a program that ended
	// has left the same job (operation, source and target) unfinished, the new row
	// goes on with its Progress (Record.Begun), and takes its place.
	Add(rows []Record) error
	// Commit ends it: the rows are kept. Without a commit none of them is.
	Commit() error
	// Discard ends it without the rows. After Commit it does nothing.
	Discard()
}

// A Record is a row as a journal keeps it.
type Record struct {
	Number int64 // given by the journal, from 1, never twice
	Job    Job
	State
	Receipt *Receipt // the last, nil where there is none
	Begun   bool     // there is Progress
	Kept    int64    // bytes that it spares the next attempt (Progress.Bytes)
}

// A State is how far a row is. Of a row that is under way the journal knows that it
// is Queued: that is what becomes of it when its program ends.
type State struct {
	Phase          Phase
	Attempts       int
	Started, Ended time.Time // zero for not yet
	Err            error     // why it failed or was skipped (EncodeFailure)
}

// An Entry is a change of a row: of its parts, those that are set.
type Entry struct {
	Number int64

	// More are rows beside Number to which the same happens, as far as it may happen
	// to many at once: that is what stands below it.
	More        []int64
	Shift       *Shift
	Priority    *int // Job.Priority from now on
	AcceptStale bool // Job.AcceptStale from now on
	Forget      bool // the Progress is over
	Abandon     bool // likewise, and its upload stays at the server: it is among Uploads, of no row
	Removed     bool // nobody wants to see the row any more; its receipts stay

	State   *State
	Job     *Job      // what it is now, where a stream's size or somebody's decision changed it
	Receipt *Receipt  // made just now
	Begun   *Progress // what an attempt began, in the place of what was kept before; its Pieces are none
	Piece   *Piece    // what was acknowledged, added to the Progress
}

// A Shift puts a row into another phase and leaves the rest of its State alone.
type Shift struct {
	Phase Phase
	Ended time.Time // zero: as it was
}

// Progress is what an attempt at a job has left for the next one to go on with.
type Progress struct {
	At       time.Time       `json:"at"`                // when it began
	Row      int64           `json:"row,omitempty"`     // whose attempt it was; the row of a command that is given again has another number
	Source   Expect          `json:"source"`            // the file or object as it was then
	Version  string          `json:"version,omitempty"` // of an object that is read
	PartSize int64           `json:"partSize"`          // bytes of each part or range but the last
	Checksum client.Checksum `json:"checksum,omitzero"` // of a file that is sent, all of it

	// Of an upload in parts: how it was begun, which cannot be changed any more. At is
	// by the server's clock then, as far as that is known.
	Upload      string `json:"upload,omitempty"` // its id at the server
	Checksummed bool   `json:"checksummed,omitempty"`
	Asked
	Created client.Reported `json:"created,omitzero"` // what the answer said of the encryption

	// Temp is the name of a download's temporary file, beside its target.
	Temp string `json:"temp,omitempty"`

	// Tags are those of an object that is written over, which the server may lose.
	Tags map[string]string `json:"tags,omitempty"`

	// Stored is what was stored whole, and could not be proved yet.
	Stored *Stored `json:"stored,omitempty"`

	Pieces []Piece `json:"-"` // in the order of their acknowledgement

	held []client.Part // what the server says it holds of the upload, asked by the attempt under way
}

// Asked is what was asked for with an object when its writing began: what no attempt that
// goes on with it can ask otherwise.
type Asked struct {
	Treatment   client.Treatment  `json:"treatment,omitzero"`
	ContentType string            `json:"contentType,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	System      client.System     `json:"system,omitzero"`
}

func askedOf(t client.Treatment, o client.PutOptions) Asked {
	return Asked{t, o.ContentType, o.Metadata, o.System}
}

// is reports whether the same is asked, for whatever reasons.
func (a Asked) is(b Asked) bool {
	return a.Treatment.AsksTheSame(b.Treatment) && a.ContentType == b.ContentType && maps.Equal(a.Metadata, b.Metadata) && a.System == b.System
}

// Bytes is how many bytes need not be moved again: those of the pieces, or all, where
// only the proof is missing.
func (p *Progress) Bytes() (n int64) {
	if p.Stored != nil {
		return max(p.Source.Size, 0)
	}
	largest := map[int]int64{}
	for _, piece := range p.Pieces {
		if more := piece.Size - largest[piece.Number]; more > 0 {
			largest[piece.Number] += more
			n += more
		}
	}
	return n
}

// A Piece is one part that a server acknowledged, or what is on the disk of one range of
// an object: its first bytes, or all of it. Of several with one number the largest counts.
type Piece struct {
	Number   int             `json:"number"` // from 1
	Size     int64           `json:"size"`   // bytes
	CRC      uint64          `json:"crc,string"`
	MD5      []byte          `json:"md5,omitempty"`     // nil where it was not computed
	ETag     string          `json:"etag,omitempty"`    // of a part
	Returned client.Checksum `json:"returned,omitzero"` // what the answer said
	Reported client.Reported `json:"reported,omitzero"` // of the encryption, what the answer said
}

// Stored is an object that was written and is not proved yet: what the server said
// while a file was sent.
type Stored struct {
	Answers   []Answer     `json:"answers"`
	VersionID string       `json:"versionId,omitempty"`
	ETag      string       `json:"etag,omitempty"` // "" where the server does not name it, as Ceph 16 after an upload in parts
	RequestID string       `json:"requestId,omitempty"`
	As        Asked        `json:"as,omitzero"`
	Handed    Handed       `json:"handed"`
	Identity  string       `json:"identity,omitempty"` // of the file
	PartSize  int64        `json:"partSize,omitempty"` // bytes, 0 for one request
	Parts     []PartRecord `json:"parts,omitempty"`    // of an upload in parts

	// Source is what a copy was made of, as it was. Where the bytes passed through this
	// machine, Arrived says how far they were compared with what the source's server says
	// of them, and By by what.
	Source  client.Object `json:"source,omitzero"`
	Arrived Content       `json:"arrived,omitempty"`
	By      client.Text   `json:"by,omitzero"`
}

// A KnownUpload is a multipart upload that this account's programs have begun and
// not ended.
type KnownUpload struct {
	At    client.Location
	ID    string
	Begun time.Time
	// Number is the row that it is of, 0 where none goes on with it: only its parts
	// are left, at the server.
	Number int64
	Left   bool // its program has ended
}
