package session

import (
	"context"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A Rehearsal is what would become of a job, as far as can be told without doing it.
type Rehearsal struct {
	Job        transfer.Job // with the size of the source, where it is told now
	Stays      client.Text  // why nothing would be done: what is there stays; zero where something would
	Overwrites bool         // something that is there would be overwritten
	// Was is how an object is encrypted that would be encrypted anew, and LeavesVersion that
	// it would stay so as a version.
	Was           client.Reported
	LeavesVersion bool
	// Loses is what a copy would not have of that which stands beside the source's bytes.
	Loses []client.Text
	Err   error // why it could not be done
}

// Rehearse looks at sources and targets, and changes nothing.
func (s *Session) Rehearse(ctx context.Context, jobs []transfer.Job) ([]Rehearsal, error) {
	all := make([]Rehearsal, len(jobs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, j := range jobs {
		group.Go(func() error {
			all[i] = s.rehearse(ctx, j)
			return ctx.Err()
		})
	}
	return all, group.Wait()
}

func (s *Session) rehearse(ctx context.Context, j transfer.Job) (r Rehearsal) {
	r.Job = j
	o := client.Object{Size: j.Expect.Size} // of a file no more is known before it is read
	if j.From.IsObject() {
		if o, r.Loses, r.Err = s.foresee(ctx, j); r.Err != nil {
			return r
		}
		r.Job.Expect.Size, r.Job.Expect.Modified = o.Size, o.Modified
		if r.Err = j.KeyOfAnother(o); r.Err != nil {
			return r
		}
		if j.Op.InPlace() {
			s.inPlace(ctx, j, o, &r)
		}
	}
	if !j.Op.InPlace() && j.Op != transfer.Restore {
		r.Stays, r.Overwrites, r.Err = s.target(ctx, r.Job, o)
	}
	return r
}

// inPlace says what would become of an object that a job would write over.
func (s *Session) inPlace(ctx context.Context, j transfer.Job, o client.Object, r *Rehearsal) {
	if j.IsSo(o) {
		r.Stays = client.Say("it is so already")
		return
	}
	r.Err = j.LossInPlace(ctx, s.store, o)
	if j.Op == transfer.Encrypt {
		r.Was, r.LeavesVersion = o.Encryption, o.KeepsVersions()
	}
}

// foresee looks at the source of a job, and for what its copy would lose.
func (s *Session) foresee(ctx context.Context, j transfer.Job) (o client.Object, loses []client.Text, err error) {
	store := s.store
	if j.IsBetween() {
		other, err := s.other(ctx, j.From.Account)
		if err != nil {
			return o, nil, err
		}
		store = other.Store
	}
	read := client.ReadOptions{VersionID: j.From.Version}
	if md5 := j.From.CustomerKeyMD5; md5 != "" {
		if read.Key, err = s.CustomerKey(ctx, md5); err != nil {
			return o, nil, err
		}
	}
	if o, err = store.Head(ctx, j.From.At, read); err != nil || !j.Op.Copies() || j.Op.InPlace() {
		return o, nil, err
	}
	if o.IsLocked() {
		loses = append(loses, client.Say("object lock"))
	}
	if sharer, ok := client.As[client.Sharer](store); ok {
		if shared, err := sharer.Shared(ctx, j.From.At, j.From.Version); err == nil && shared { // where it may be read
			loses = append(loses, client.Say("permissions (ACL)"))
		}
	}
	if o.HasContext() && j.Treatment.Because.Form == transfer.AsItsSource.Form {
		loses = append(loses, client.Say("encryption context"))
	}
	if j.IsBetween() && j.Op != transfer.Move {
		if _, err := store.Tags(ctx, j.From.At, j.From.Version); client.KindOf(err) == client.KindDenied {
			loses = append(loses, client.Say("tags, if it has any: they may not be read"))
		}
	}
	return o, loses, nil
}

// target says whether something is in the way of a job, and stays. What is known to hold
// other contents than the source is an error, as it is when the job is done.
func (s *Session) target(ctx context.Context, j transfer.Job, source client.Object) (stays client.Text, overwrites bool, err error) {
	there, older, other := false, false, false
	switch {
	case j.To.IsObject():
		o, is, err := s.object(ctx, j.To.At)
		if !is && err == nil { // HEAD does not say whether it is the object or the bucket that is not there
			_, err = s.store.List(ctx, client.Location{Bucket: j.To.At.Bucket, Key: j.To.At.Key}, client.ListOptions{Max: 1})
		}
		if client.KindOf(err) == client.KindNoBucket {
			return client.Text{}, false, err
		}
		there, older = is && err == nil, o.Modified.Before(j.Expect.Modified)
		other = there && transfer.AreOtherContents(source, o)
	case j.To.Root != "":
		stat, err := os.Lstat(j.To.String())
		there = err == nil
		older = there && stat.ModTime().Before(j.Expect.Modified)
	}
	switch {
	case !there:
		return client.Text{}, false, nil
	case j.Overwrite == transfer.OverwriteAlways, j.Overwrite == transfer.OverwriteNewer && older:
		return client.Text{}, true, nil
	case j.Overwrite == transfer.OverwriteNewer:
		return client.Say("it is there already and not older"), false, nil
	}
	if other {
		return client.Text{}, false, &client.Error{Op: string(j.Op), Kind: client.KindExists, At: j.To.At, Err: transfer.ErrOtherContents}
	}
	return client.Say("it is there already"), false, nil
}

// lookedAtFirst is how many sources of a copy are looked at before it begins.
const lookedAtFirst = 4

// warnOfLosses says before a copy begins what the first of its sources would lose.
func (s *Session) warnOfLosses(ctx context.Context, p *transfer.Plan) {
	first := p.Jobs[:min(lookedAtFirst, len(p.Jobs))]
	seen, err := s.foreseeAll(ctx, first)
	if err != nil {
		return // it ends with its context
	}
	for i, loses := range seen {
		for _, what := range loses {
			w := client.Say("a copy does not have what its source has: %s has %v", first[i].From.String(), what)
			if !slices.ContainsFunc(p.Warnings, func(t client.Text) bool { return t.Form == w.Form && t.Args[1].(client.Text).Equal(what) }) {
				p.Warnings = append(p.Warnings, w)
			}
		}
	}
}

func (s *Session) foreseeAll(ctx context.Context, jobs []transfer.Job) ([][]client.Text, error) {
	all := make([][]client.Text, len(jobs))
	group, ctx := errgroup.WithContext(ctx)
	for i, j := range jobs {
		group.Go(func() error {
			_, all[i], _ = s.foresee(ctx, j) // what is wrong with a source its copy says
			return ctx.Err()
		})
	}
	return all, group.Wait()
}
