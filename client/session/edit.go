package session

import (
	"context"
	"iter"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// PlanRestore plans that an older version of an object becomes its current one: by a copy
// that the rules of its name decide about, or that is encrypted as the version is.
func (s *Session) PlanRestore(ctx context.Context, at client.Location, versionID string, c Choice) (transfer.Plan, error) {
	set, err := s.RuleSet(ctx)
	if err != nil {
		return transfer.Plan{}, err
	}
	jobs := []transfer.Job{{
		Op: transfer.Restore, From: transfer.ObjectAt(s.account.ID, at, versionID), To: transfer.ObjectAt(s.account.ID, at, ""),
		Expect: transfer.Expect{Size: client.NotTold},
	}}
	if err := s.unlock(ctx, set, jobs); err != nil {
		return transfer.Plan{}, err
	}
	c.Overwrite = transfer.OverwriteAlways // what is there stays a version
	return treatCopies(set, jobs, nil, c), nil
}

// PlanEdit plans changes of what is stored beside the bytes of objects and of all that is
// in folders, by operations in place (transfer.Op.InPlace), which keep their encryption.
// The plan comes in pieces; an error is the last that comes.
func (s *Session) PlanEdit(ctx context.Context, what []client.Object, op transfer.Op, e transfer.Edit) iter.Seq2[transfer.Plan, error] {
	return func(yield func(transfer.Plan, error) bool) {
		set, err := s.RuleSet(ctx)
		var jobs []transfer.Job
		if err == nil {
			err = s.below(ctx, what, true, func(of client.Object, _ string) {
				at := transfer.ObjectAt(s.account.ID, of.At, "")
				jobs = append(jobs, transfer.Job{
					Op: op, From: at, To: at, Edit: &e, Overwrite: transfer.OverwriteAlways, Expect: transfer.Expect{Size: of.Size},
					Treatment: client.Treatment{Type: client.TypeInherit, Because: transfer.AsItsSource},
				})
			})
		}
		if err == nil {
			err = s.unlock(ctx, set, jobs)
		}
		p := transfer.Plan{Jobs: jobs}
		for _, j := range jobs {
			p.Bytes += max(0, j.Expect.Size)
		}
		if err != nil {
			p = transfer.Plan{}
		}
		yield(p, err)
	}
}
