package session

import (
	"context"
	"iter"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// CopyOptions say what a copy is made of.
type CopyOptions struct {
	// From is another open account that has the sources; nil is the session's own. Their
	// bytes pass through this machine. It is open as long as the copies run.
	From      *Session
	VersionID string // of a single object
	// As is the exact key of the copy of a single object; "" is its own name below
	// the target.
	As string
	// Names are other names for some of what is copied, by those they have: what a folder
	// is called in them is what all below it gets. They are no paths.
	Names map[string]string
	// Contents puts what is in a folder straight into the target, without the folder's
	// own name.
	Contents bool
	// AcceptStale takes what passes through this machine though the checksum noted in its
	// metadata, or its ETag, is of other bytes.
	AcceptStale bool
	Move        bool // the sources are removed, each once its copy is proved
	// InPlace encrypts anew, by the rules or the choice, what would be copied onto itself;
	// else that is refused.
	InPlace bool
}

func (o CopyOptions) op(from, to transfer.Place) transfer.Op {
	switch {
	case o.Move:
		return transfer.Move
	case o.InPlace && from == to:
		return transfer.Encrypt
	}
	return transfer.Copy
}

// PlanCopy plans the copy of objects and folders, the markers of empty ones included,
// to a folder of this account. Each copy is treated by the rules of its target;
// what no rule is about keeps the encryption of its source, which is opened by the keys
// of the rules. All is listed before anything is copied, so that a folder may be copied
// into itself; but no target is one of the sources, whose contents would be lost before
// they were copied. The plan comes in pieces; an error is the last that comes.
func (s *Session) PlanCopy(ctx context.Context, what []client.Object, into client.Location, o CopyOptions, c Choice) iter.Seq2[transfer.Plan, error] {
	return func(yield func(transfer.Plan, error) bool) {
		from, set, opens, err := s.copySource(ctx, o)
		var jobs []transfer.Job
		if err == nil {
			jobs, err = s.copies(ctx, from, what, into, o)
		}
		if err == nil {
			err = asksOfAny(set, jobs, c)
		}
		sources := sourcesOf(jobs)
		for size := firstPiece; err == nil && len(jobs) > 0; size = min(2*size, largestPiece) {
			n := min(size, len(jobs))
			if err = from.unlock(ctx, opens, jobs[:n]); err != nil {
				break
			}
			p := treatCopies(set, jobs[:n], sources, c)
			if size == firstPiece {
				s.warnOfLosses(ctx, &p)
			}
			if !yield(p, nil) {
				return
			}
			jobs = jobs[n:]
			err = ctx.Err()
		}
		if err != nil {
			yield(transfer.Plan{}, err)
		}
	}
}

// copies lists folders and names the targets.
func (s *Session) copies(ctx context.Context, from *Session, what []client.Object, into client.Location, o CopyOptions) (jobs []transfer.Job, err error) {
	add := func(of client.Object, name string) {
		to := client.Location{Bucket: into.Bucket, Key: into.Key + o.named(name)}
		if o.As != "" {
			to.Key = o.As
		}
		source, target := transfer.ObjectAt(from.account.ID, of.At, o.VersionID), transfer.ObjectAt(s.account.ID, to, "")
		jobs = append(jobs, transfer.Job{
			Op: o.op(source, target), From: source, To: target,
			AcceptStale: o.AcceptStale, Expect: transfer.Expect{Size: of.Size, ETag: of.ETag, Modified: of.Modified},
		})
	}
	err = from.below(ctx, what, o.Contents, func(of client.Object, name string) {
		if name != "" || into.Key != "" { // a marker of the folder itself
			add(of, name)
		}
	})
	return jobs, err
}

// asksOfAny refuses to encrypt anew where nobody has said of any object how.
func asksOfAny(set rules.Set, jobs []transfer.Job, c Choice) error {
	for _, j := range jobs {
		if j.Op != transfer.Encrypt {
			return nil
		}
		d := set.Decide(rules.File{Size: max(0, j.Expect.Size), Override: c.Encryption}, j.To.At)
		if !d.Refuse.IsZero() || d.Treatment.Type != client.TypeInherit {
			return nil
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return &client.Error{
		Op: string(transfer.Copy), Kind: client.KindRefused, At: jobs[0].To.At,
		Said: client.Say("source and target are the same, and neither a rule nor a choice says how it is to be encrypted: choose an encryption, or make a rule"),
	}
}

// whyNoTarget is why a copy may not be written where it would be, zero where it may.
func whyNoTarget(j transfer.Job, sources map[client.Location]struct{}) client.Text {
	switch _, isSource := sources[j.To.At]; {
	case j.From == j.To && !j.Op.InPlace() && j.From.Version == "":
		return client.Say("source and target are the same object")
	case isSource && j.To.At != j.From.At:
		return client.Say("the target is a source of the same command, and would be overwritten before it was copied: choose another target")
	}
	return client.Text{}
}

// treatCopies is what becomes of each job by the rules of its target.
func treatCopies(set rules.Set, jobs []transfer.Job, sources map[client.Location]struct{}, c Choice) (p transfer.Plan) {
	for _, j := range jobs {
		if why := whyNoTarget(j, sources); !why.IsZero() {
			p.Refused = append(p.Refused, transfer.Refusal{Op: j.Op, Source: j.From.String(), Target: j.To.At, Kind: client.KindRefused, Reason: why})
			continue
		}
		d := set.Decide(rules.File{Size: max(0, j.Expect.Size), Override: c.Encryption}, j.To.At)
		if !d.Refuse.IsZero() {
			p.Refused = append(p.Refused, transfer.Refusal{
				Op: j.Op, Source: j.From.String(), Target: j.To.At, Rule: d.Treatment.Rule, RuleID: d.Treatment.RuleID, Kind: client.KindRefused, Reason: d.Refuse,
			})
			continue
		}
		j.Treatment, j.Overwrite = d.Treatment, c.overwrite()
		if j.Op == transfer.Encrypt {
			j.Overwrite = transfer.OverwriteAlways // itself
		}
		if d.Treatment.Rule == 0 && c.Encryption.Type == client.TypeUndecided {
			j.Treatment.Because = transfer.AsItsSource
		}
		p.Jobs = append(p.Jobs, j)
		p.Bytes += max(0, j.Expect.Size)
		if j.Expect.Size < 0 {
			p.Untold++
		}
	}
	return p
}
