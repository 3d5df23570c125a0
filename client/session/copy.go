package session

import (
	"context"
	"iter"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// CopyOptions say what a copy inside the account is made of.
type CopyOptions struct {
	VersionID string // of a single object
	// As is the exact key of the copy of a single object; "" is its own name below
	// the target.
	As string
	// Contents puts what is in a folder straight into the target, without the folder's
	// own name.
	Contents bool
	Move     bool               // the sources are removed, each once its copy is proved
	Key      client.CustomerKey // opens the sources; zero lets the rules find it
}

func (o CopyOptions) op() transfer.Op {
	if o.Move {
		return transfer.Move
	}
	return transfer.Copy
}

// PlanCopy plans the copy of objects and folders, the markers of empty ones included,
// to a folder of the same account. Each copy is treated by the rules of its target;
// what no rule is about keeps the encryption of its source. All is listed before
// anything is copied, so that a folder may be copied into itself. The plan comes in
// pieces; an error is the last that comes.
func (s *Session) PlanCopy(ctx context.Context, what []client.Object, into client.Location, o CopyOptions, c Choice) iter.Seq2[transfer.Plan, error] {
	return func(yield func(transfer.Plan, error) bool) {
		set, err := s.RuleSet(ctx)
		var jobs []transfer.Job
		if err == nil {
			jobs, err = s.copies(ctx, what, into, o)
		}
		s.Give(o.Key)
		for size := firstPiece; err == nil && len(jobs) > 0; size = min(2*size, largestPiece) {
			n := min(size, len(jobs))
			if err = s.openable(ctx, set, jobs[:n], o); err != nil {
				break
			}
			if !yield(treatCopies(set, jobs[:n], c), nil) {
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

// openable names the keys that open the sources of some jobs.
func (s *Session) openable(ctx context.Context, set rules.Set, jobs []transfer.Job, o CopyOptions) error {
	if o.Key.IsZero() {
		return s.unlock(ctx, set, jobs)
	}
	for i := range jobs {
		jobs[i].From.CustomerKeyMD5 = o.Key.MD5()
	}
	return nil
}

// copies lists folders and names the targets.
func (s *Session) copies(ctx context.Context, what []client.Object, into client.Location, o CopyOptions) (jobs []transfer.Job, err error) {
	add := func(of client.Object, name string) {
		to := client.Location{Bucket: into.Bucket, Key: into.Key + name}
		if o.As != "" {
			to.Key = o.As
		}
		jobs = append(jobs, transfer.Job{
			Op: o.op(), From: transfer.ObjectAt(s.account.ID, of.At, o.VersionID), To: transfer.ObjectAt(s.account.ID, to, ""),
			Expect: transfer.Expect{Size: of.Size, ETag: of.ETag, Modified: of.Modified},
		})
	}
	for _, w := range what {
		if !w.IsFolder {
			add(w, w.At.Base())
			continue
		}
		folder := w.At.Folder()
		strip := len(folder.Key)
		if !o.Contents && folder.Key != "" {
			strip = len(folder.Parent().Key)
		}
		err := s.walk(ctx, folder, func(of client.Object) {
			if name := of.At.Key[strip:]; name != "" || into.Key != "" { // a marker of the folder itself
				add(of, name)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// treatCopies is what becomes of each job by the rules of its target.
func treatCopies(set rules.Set, jobs []transfer.Job, c Choice) (p transfer.Plan) {
	for _, j := range jobs {
		d := set.Decide(rules.File{Size: max(0, j.Expect.Size), Override: c.Encryption}, j.To.At)
		if !d.Refuse.IsZero() {
			p.Refused = append(p.Refused, transfer.Refusal{
				Source: j.From.String(), Target: j.To.At, Rule: d.Treatment.Rule, RuleID: d.Treatment.RuleID, Kind: client.KindRefused, Reason: d.Refuse,
			})
			continue
		}
		j.Treatment, j.Overwrite = d.Treatment, c.overwrite()
		p.Jobs = append(p.Jobs, j)
		p.Bytes += max(0, j.Expect.Size)
		if j.Expect.Size < 0 {
			p.Untold++
		}
	}
	return p
}
