// Package treesync says what has to be done so that one tree of files is like another.
//
// It is handed both trees as entries in the order of their keys, and ways to look at an
// entry more closely; it knows no store, no disk and no network beyond those, and moves
// and removes nothing itself. It holds no tree: of a million entries only those are in
// memory that are compared now, and what is to be deleted.
//
// It promises:
//   - Nothing is to be deleted before both trees have ended, without an error. A tree
//     that is not whole, comes twice or out of order ends with an error, after which
//     nothing comes.
//   - A source without a single file deletes nothing unless somebody said that it may.
//   - What is left out by a mask, or cannot be looked into (a link, a device), is neither
//     written nor deleted on the other side.
//   - Two entries are the same where size and checksum, or size and date, say so; what
//     nobody can tell is different. An ETag is never looked at.
package treesync

import (
	"context"
	"iter"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Kind is what an entry is.
type Kind int

// The kinds, in the order in which they come where they have the same key.
const (
	// Nothing is there: the zero Entry.
	Nothing Kind = iota
	// Folder holds other entries, and nothing else is known of it. Its key ends in "/".
	Folder
	// Closed is something that is there and nobody looks into: a link, a device, a folder
	// that may not be read. With it goes all whose keys would lie in it.
	Closed
	File
)

// An Entry is one of a tree.
type Entry struct {
	Key  string // below the root, as an object key spells it; "" is legal
	Kind Kind
	// Size is in bytes, client.NotTold where nobody says.
	Size int64
	// Modified is when a file was changed, or an object was written.
	Modified time.Time
	ETag     string // of an object; tells it from another of its name, and nothing else
	Name     string // of a file of this machine: its path below the root, with slashes
	// Why it is closed.
	Why client.Text

	// What a closer look shows.
	Dated          time.Time         // when the contents were changed, zero where nobody says
	Sums           []client.Checksum // of the whole contents
	Encryption     client.Reported
	CustomerKeyMD5 string // of the key that opened it
	// Unseen is why nothing more is known, zero where that is known which there is.
	Unseen client.Text
}

// A Tree is the entries below a root, each key behind the one before. An error is the
// last that comes, and means that there may be more.
type Tree struct {
	Entries iter.Seq2[Entry, error]
	// Look fills in what a closer look shows, and what became of the entry since; nil
	// where there is no more to see. It is called from several goroutines. An error fails
	// the entry.
	Look func(context.Context, *Entry) error
	// Sum reads an entry for its checksum; nil where the contents are far away. It is
	// called from several goroutines.
	Sum func(context.Context, *Entry, client.ChecksumAlgorithm) (client.Checksum, error)
}

// An Action is what has to be done for one key.
type Action int

// The actions.
const (
	Keep   Action = iota // nothing: both are the same
	Write                // the source goes to the target
	Rename               // the source is at the target already, as From
	Delete               // the target goes
	Fail                 // it cannot be done, or not be told whether it has to be
)

// A Step is what has to be done for one key, and why.
type Step struct {
	Do     Action
	Source Entry
	// Target is what is there now; of a Write it is the zero Entry where nothing is.
	Target Entry
	// From is where the target has the same contents already, for a Rename.
	From Entry
	Why  client.Text
	Kind client.Kind // of the error behind a Fail
	// Unsure says of a Write that both may be the same.
	Unsure bool
}

// Key is the key of the step.
func (s Step) Key() string {
	if s.Source.Kind != Nothing {
		return s.Source.Key
	}
	return s.Target.Key
}

// IsNew reports whether nothing is at the target.
func (s Step) IsNew() bool { return s.Target.Kind == Nothing }

// Options say how trees are compared.
type Options struct {
	By     By
	Filter Filter
	// Delete removes what only the target has, at the end.
	Delete bool
	// DeleteExcluded removes at the target what the masks leave out too.
	DeleteExcluded bool
	// FromNothing lets a source without a single file delete.
	FromNothing bool
	// MostDeleted is how many may be deleted, below 0 any number. Where there are more,
	// none is.
	MostDeleted int
	// Renames looks among what the target alone has for the contents of what the source
	// alone has. What is new is held for that until both trees have ended.
	Renames bool
	// AsAsked says why a target of the same contents has to be written again all the
	// same, zero where it has not. It is asked of targets that were looked at, from
	// several goroutines; nil asks nothing.
	AsAsked func(context.Context, *Entry) (client.Text, error)
	// Look looks at all targets, also where the size alone is compared.
	Look bool
}

// The pieces in which steps come: the first ones are small, so that something begins.
const (
	firstPiece   = 16
	largestPiece = 512
	// looksAtOnce is how many entries are looked at together.
	looksAtOnce = 32
)

// Steps gives what has to be done, in pieces: first all that is written, kept or fails,
// in the order of the keys but for renames, then what is deleted. A piece with one Delete
// has no other steps. An error is the last that comes.
func Steps(ctx context.Context, source, target Tree, o Options) iter.Seq2[[]Step, error] {
	return func(yield func([]Step, error) bool) {
		p := &planning{ctx: ctx, source: source, target: target, options: o, yield: yield, size: firstPiece}
		err := p.merge()
		if err == nil {
			err = p.renames()
		}
		if err == nil {
			err = p.flush()
		}
		if err == nil {
			err = p.deletions()
		}
		if err != nil && !p.enough {
			yield(nil, err)
		}
	}
}
