package session

import (
	"context"
	"iter"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/client/treesync"
)

// A Side is one of the two trees of a sync: a folder of this machine, or all below a
// place in the store. One of both is set.
type Side struct {
	Path string
	At   client.Location // a bucket, or a folder in it
}

// isLocal reports whether the side is a folder of this machine.
func (d Side) isLocal() bool { return d.Path != "" }

// SyncOptions say how a sync compares, and what it may do.
type SyncOptions struct {
	treesync.Options // but for AsAsked
	// From is another open account that has the source, whose bytes pass through this
	// machine; nil is the session's own. It is open as long as the transfers run.
	From *Session
	// CheckEncryption writes again what has the right contents and is not encrypted as
	// the rules ask.
	CheckEncryption bool
	// Encryption is asked for every file, over the rules.
	Encryption client.Treatment
}

// A SyncPiece is a part of what a sync has to do.
type SyncPiece struct {
	Plan transfer.Plan
	Why  []client.Text // of each job of the plan
	Kept int           // files that are the same
	// Unsure is how many of the files are written since nobody can tell whether they are the
	// same, and Because why of the first.
	Unsure  int
	Because client.Text
	// Deletes says that the piece deletes, and may only be carried out when all before
	// it has gone well. What is deleted is among the jobs, or in Local.
	Deletes bool
	Local   []LocalDeletion
}

// Sync compares two sides and says what makes the second like the first, in pieces;
// deletions come last, and none comes where anything went wrong before. An error is the
// last that comes. Nothing is changed.
//
// What the target did not have when it was listed is not overwritten (OverwriteSkip);
// what was found to differ is, while it is still that (transfer.Job.Over). Memory does
// not grow with what is the same; it does with what is deleted, and with new files that
// come down, whose names depend on each other.
func (s *Session) Sync(ctx context.Context, from, to Side, o SyncOptions) iter.Seq2[SyncPiece, error] {
	return func(yield func(SyncPiece, error) bool) {
		y := &syncing{session: s, origin: s, ctx: ctx, from: from, to: to, options: o, yield: yield}
		if o.From != nil && o.From.account.ID != s.account.ID {
			y.origin = o.From
			s.Beside(y.origin)
		}
		if err := y.run(); err != nil && !y.enough {
			yield(SyncPiece{}, err)
		}
	}
}

// A syncing is one comparison under way.
type syncing struct {
	session  *Session
	origin   *Session        // of the objects that are the source
	ctx      context.Context //nolint:containedctx // that of the one call
	from, to Side
	options  SyncOptions
	yield    func(SyncPiece, error) bool
	enough   bool // nobody wants more

	set   rules.Set
	opens rules.Set  // has the keys of the source
	local *localTree // of either side, nil for none
	judge func(context.Context, client.Treatment, client.Reported) transfer.Finding
	fresh []listed // objects that come down under names not given yet
}

func (y *syncing) run() (err error) {
	if y.set, err = y.session.RuleSet(y.ctx); err != nil && !y.to.isLocal() {
		return err
	}
	if y.opens = y.set; y.origin != y.session {
		if y.opens, err = y.origin.RuleSet(y.ctx); err != nil {
			return err
		}
	}
	y.judge = y.session.remembering()
	source, err := y.tree(&y.from, y.to.isLocal(), true)
	if err != nil {
		return err
	}
	target, err := y.tree(&y.to, y.from.isLocal(), false)
	if err != nil {
		return err
	}
	o := y.options.Options
	if y.options.CheckEncryption && !y.to.isLocal() {
		o.AsAsked = y.asAsked
	}
	for steps, err := range treesync.Steps(y.ctx, source, target, o) {
		if err != nil || len(steps) > 0 && steps[0].Do == treesync.Delete {
			if named := y.settle(); named != nil {
				return named
			}
		}
		if err != nil {
			return err
		}
		if err := y.give(y.piece(steps)); err != nil {
			return err
		}
	}
	return y.settle()
}

// settle gives what had to wait until all that is written was known, and says what was
// left alone.
func (y *syncing) settle() error {
	if err := y.giveNamed(); err != nil || y.local == nil {
		return err
	}
	note := y.local.note()
	y.local.left = nil
	if note.IsZero() {
		return nil
	}
	return y.give(SyncPiece{Plan: transfer.Plan{Warnings: []client.Text{note}}})
}

// tree is one side as the comparison sees it. beside: the other side is a folder of
// this machine.
func (y *syncing) tree(side *Side, beside, isSource bool) (treesync.Tree, error) {
	if !side.isLocal() {
		side.At = side.At.Folder()
		if isSource {
			return y.objects(y.origin, y.opens, side.At, beside), nil
		}
		return y.objects(y.session, y.set, side.At, beside), nil
	}
	t, err := openLocalTree(side.Path, isSource)
	if err != nil {
		return treesync.Tree{}, err
	}
	side.Path, y.local = t.root, t
	return t.tree(y.ctx), nil
}

// Overlaps reports whether one side lies in the other, so that a sync would go on with
// its own work. Places in the store are those of one service.
func (d Side) Overlaps(other Side) bool {
	a, b := d.At.Folder(), other.At.Folder()
	return !d.isLocal() && !other.isLocal() && a.Bucket == b.Bucket && (strings.HasPrefix(a.Key, b.Key) || strings.HasPrefix(b.Key, a.Key))
}

// objects are all below a place. beside: they are compared with files.
func (y *syncing) objects(s *Session, set rules.Set, under client.Location, beside bool) treesync.Tree {
	entries := func(yield func(treesync.Entry, error) bool) {
		for page, err := range s.Pages(y.ctx, under, listing.Options{InOrder: true}) {
			if err != nil {
				yield(treesync.Entry{}, err)
				return
			}
			for i := range page {
				e, err := entryOf(&page[i], under, beside)
				if err == nil && e.Key == "" && e.Size == 0 {
					continue // the marker of the folder itself
				}
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
	look := func(ctx context.Context, e *treesync.Entry) error {
		return s.lookAt(ctx, set, client.Location{Bucket: under.Bucket, Key: under.Key + e.Key}, e, beside)
	}
	return treesync.Tree{Entries: entries, Look: look}
}

// entryOf is an object of a listing. What marks a folder is a folder where files are on
// the other side, and an object like any other else.
func entryOf(o *client.Object, under client.Location, beside bool) (treesync.Entry, error) {
	key, below := strings.CutPrefix(o.At.Key, under.Key)
	if !below {
		return treesync.Entry{}, &client.Error{
			Op: "ListObjects", Kind: client.KindContradiction, At: under,
			Err: client.Say("the listing of %s has %s in it, which is not below it", under.String(), o.At.Key).Err(),
		}
	}
	e := treesync.Entry{Key: key, Kind: treesync.File, Size: o.Size, Modified: o.Modified, ETag: o.ETag}
	if beside && o.Size == 0 && strings.HasSuffix(key, "/") {
		e.Kind = treesync.Folder
	}
	return e, nil
}

// lookAt asks for what a listing does not tell. What may not be seen is not known, and
// no failure; what the server does not answer is.
func (s *Session) lookAt(ctx context.Context, set rules.Set, at client.Location, e *treesync.Entry, beside bool) error {
	o, key, err := s.head(ctx, set, at, client.ReadOptions{})
	switch client.KindOf(err) {
	case client.KindNotFound, client.KindDenied, client.KindNeedsKey, client.KindWrongKey, client.KindNotCustomerKey, client.KindKeyDenied, client.KindKeyDisabled:
		e.Unseen = client.TextOf(err)
		return nil
	}
	if err != nil {
		return err
	}
	e.Size, e.ETag, e.Modified = o.Size, o.ETag, o.Modified
	e.Encryption, e.CustomerKeyMD5 = o.Encryption, key.MD5()
	e.Dated, _ = o.FileModified()
	e.Sums = transfer.ContentSums(o)
	// A download gives the file the date of the object then, which is of whole seconds, so
	// that a checksum says more.
	if e.Dated.IsZero() && beside && len(e.Sums) == 0 {
		e.Dated = o.Modified
	}
	return nil
}

// asAsked says why a target has to be written again that is not encrypted as the rules
// ask.
func (y *syncing) asAsked(ctx context.Context, e *treesync.Entry) (client.Text, error) {
	at := client.Location{Bucket: y.to.At.Bucket, Key: y.to.At.Key + e.Key}
	d := y.set.Decide(rules.File{Size: max(0, e.Size), Override: y.options.Encryption}, at)
	if !d.Refuse.IsZero() {
		return client.Text{}, d.Refuse.Err()
	}
	switch f := y.judge(ctx, d.Treatment, e.Encryption); {
	case f.Verdict == transfer.NotYetVerified:
		return client.Text{}, f.Why.Err()
	case !f.Verdict.AsAsked():
		return client.Say("it is not encrypted as asked: %v", f.Why), nil
	}
	return client.Text{}, nil
}
