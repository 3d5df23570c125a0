package session

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/client/treesync"
)

// remembering judges as judge does, and asks KMS about each key once.
func (s *Session) remembering() func(context.Context, client.Treatment, client.Reported) transfer.Finding {
	describe := s.describer()
	if describe == nil {
		return s.judge
	}
	var mu sync.Mutex
	known := map[client.KeyID]client.Key{}
	return transfer.Describer(func(ctx context.Context, id client.KeyID) (client.Key, error) {
		mu.Lock()
		defer mu.Unlock() // one question at a time: mostly it is the same one
		if key, ok := known[id]; ok {
			return key, nil
		}
		key, err := describe(ctx, id)
		if err == nil {
			known[id] = key
		}
		return key, err
	}).Judge
}

// piece makes jobs of steps.
func (y *syncing) piece(steps []treesync.Step) (p SyncPiece) {
	for i := range steps {
		step := &steps[i]
		switch step.Do {
		case treesync.Keep:
			p.Kept++
		case treesync.Fail:
			p.refuse(y.op(), y.source(step), y.target(step), step.Kind, step.Why)
		case treesync.Delete:
			p.Deletes = true
			y.delete(&p, step)
		case treesync.Rename:
			y.copy(&p, step, y.to.At.Key+step.From.Key, &step.From)
		case treesync.Write:
			if step.Unsure {
				if p.Unsure++; p.Unsure == 1 {
					p.Because = step.Why
				}
			}
			y.write(&p, step)
		}
	}
	return p
}

// give gives a piece, once the keys of what is encrypted with SSE-C are found.
func (y *syncing) give(p SyncPiece) error {
	if err := y.session.unlock(y.ctx, y.set, p.Plan.Jobs); err != nil {
		return err
	}
	if y.origin != y.session {
		if err := y.origin.unlock(y.ctx, y.opens, p.Plan.Jobs); err != nil {
			return err
		}
	}
	if len(p.Plan.Jobs)+len(p.Plan.Refused)+len(p.Plan.Warnings)+len(p.Local)+p.Kept == 0 {
		return nil
	}
	if !y.yield(p, nil) {
		y.enough = true
		return fs.SkipAll
	}
	return nil
}

func (p *SyncPiece) refuse(op transfer.Op, source string, target client.Location, kind client.Kind, why client.Text) {
	p.Plan.Refused = append(p.Plan.Refused, transfer.Refusal{Op: op, Source: source, Target: target, Kind: kind, Reason: why})
}

// take takes the plan of one step.
func (p *SyncPiece) take(plan transfer.Plan, why client.Text) {
	for range plan.Jobs {
		p.Why = append(p.Why, why)
	}
	p.Plan.Jobs = append(p.Plan.Jobs, plan.Jobs...)
	p.Plan.Refused = append(p.Plan.Refused, plan.Refused...)
	p.Plan.Bytes += plan.Bytes
	p.Plan.Untold += plan.Untold
}

// op is what the sync does with what differs.
func (y *syncing) op() transfer.Op {
	switch {
	case y.from.isLocal():
		return transfer.Upload
	case y.to.isLocal():
		return transfer.Download
	}
	return transfer.Copy
}

// source names the source of a step.
func (y *syncing) source(step *treesync.Step) string {
	if y.from.isLocal() {
		return filepath.Join(y.from.Path, filepath.FromSlash(step.Source.Name))
	}
	return client.Location{Bucket: y.from.At.Bucket, Key: y.from.At.Key + step.Key()}.String()
}

// target is the object that a step is about.
func (y *syncing) target(step *treesync.Step) client.Location {
	if y.to.isLocal() {
		return client.Location{}
	}
	return client.Location{Bucket: y.to.At.Bucket, Key: y.to.At.Key + step.Key()}
}

// choice is how a step writes: what the target did not have is not overwritten.
func (y *syncing) choice(step *treesync.Step) Choice {
	c := Choice{Encryption: y.options.Encryption, Overwrite: transfer.OverwriteAlways}
	if step.IsNew() {
		c.Overwrite = transfer.OverwriteSkip
	}
	return c
}

// write makes the job that brings the source to the target.
func (y *syncing) write(p *SyncPiece, step *treesync.Step) {
	switch y.op() {
	case transfer.Upload:
		y.upload(p, step)
	case transfer.Download:
		y.download(p, step)
	default:
		y.copy(p, step, y.from.At.Key+step.Source.Key, &step.Source)
	}
}

// over takes the plan of a step that overwrites: what the target was when it was compared,
// and nothing else.
func (y *syncing) over(plan transfer.Plan, step *treesync.Step) transfer.Plan {
	was := &step.Target
	if step.Do != treesync.Write || step.IsNew() || !y.to.isLocal() && was.ETag == "" {
		return plan
	}
	for i := range plan.Jobs {
		plan.Jobs[i].Over = &transfer.Expect{Size: was.Size, ETag: strings.Clone(was.ETag), Modified: was.Modified}
	}
	return plan
}

func (y *syncing) upload(p *SyncPiece, step *treesync.Step) {
	path := y.source(step)
	stat, err := os.Lstat(path)
	if err == nil && !stat.Mode().IsRegular() {
		err = errSwapped
	}
	var f SourceFile
	if err == nil {
		f, err = sniff(path, stat)
	}
	if err != nil {
		p.refuse(transfer.Upload, path, y.target(step), client.KindLocal, localReason(err))
		return
	}
	f.Target = y.target(step)
	u := UploadSurvey{account: y.session.account.ID, Files: []SourceFile{f}}
	p.take(y.over(u.decide(y.set, y.choice(step)), step), step.Why)
}

var errSwapped = client.Say("it is no file any more").Err()

// download makes the job of an object that comes down, once its name is known.
func (y *syncing) download(p *SyncPiece, step *treesync.Step) {
	l := listed{
		at:   client.Location{Bucket: y.from.At.Bucket, Key: y.from.At.Key + strings.Clone(step.Source.Key)},
		size: step.Source.Size, etag: strings.Clone(step.Source.ETag), modified: step.Source.Modified, name: step.Target.Name,
	}
	if step.IsNew() {
		y.fresh = append(y.fresh, l)
		return
	}
	p.take(y.over(y.downloadOf(l, step.Source.CustomerKeyMD5, transfer.OverwriteAlways), step), step.Why)
}

func (y *syncing) downloadOf(l listed, keyMD5 string, over transfer.Overwrite) transfer.Plan {
	j := y.session.downloadOf(l, y.to.Path, DownloadOptions{})
	j.From.CustomerKeyMD5 = keyMD5
	return (&DownloadSurvey{Jobs: []transfer.Job{j}}).Treat(Choice{Overwrite: over})
}

// giveNamed names what is new and comes down, now that all of it is known.
func (y *syncing) giveNamed() error {
	keys := make([]string, len(y.fresh))
	for i := range y.fresh {
		keys[i] = y.fresh[i].at.Key[len(y.from.At.Key):]
	}
	if len(keys) == 0 {
		return nil
	}
	names := transfer.NamesBeside(keys, y.local.beside)
	for size := firstPiece; len(y.fresh) > 0; size = min(2*size, largestPiece) {
		n := min(size, len(y.fresh))
		var p SyncPiece
		for i, l := range y.fresh[:n] {
			l.name = names[i]
			p.take(y.downloadOf(l, "", transfer.OverwriteSkip), client.Say("it is new"))
		}
		if err := y.give(p); err != nil {
			return err
		}
		y.fresh, names = y.fresh[n:], names[n:]
	}
	return nil
}

// copy makes the job that makes the target of an object of the account.
func (y *syncing) copy(p *SyncPiece, step *treesync.Step, fromKey string, source *treesync.Entry) {
	bucket, account := y.from.At.Bucket, y.origin.account.ID
	if step.Do == treesync.Rename {
		bucket, account = y.to.At.Bucket, y.session.account.ID
	}
	j := transfer.Job{
		Op: transfer.Copy, From: transfer.ObjectAt(account, client.Location{Bucket: bucket, Key: fromKey}, ""),
		To:     transfer.ObjectAt(y.session.account.ID, y.target(step), ""),
		Expect: transfer.Expect{Size: source.Size, ETag: source.ETag, Modified: source.Modified},
	}
	j.From.CustomerKeyMD5 = source.CustomerKeyMD5
	p.take(y.over(treatCopies(y.set, []transfer.Job{j}, nil, y.choice(step)), step), step.Why)
}

// delete makes the job that removes what only the target has, if it is still that.
func (y *syncing) delete(p *SyncPiece, step *treesync.Step) {
	was := &step.Target
	switch at := y.target(step); {
	case y.to.isLocal():
		p.Local = append(p.Local, LocalDeletion{Root: y.to.Path, Name: was.Name, Size: was.Size, Modified: was.Modified})
	case was.ETag == "":
		p.refuse(transfer.Delete, at.String(), at, client.KindPrecondition, client.Say("nothing is known of it by which it could be told from another object of its name"))
	default:
		j := transfer.Job{
			Op: transfer.Delete, From: transfer.ObjectAt(y.session.account.ID, at, ""),
			// A listing says dates to the millisecond, HEAD to the second.
			Expect: transfer.Expect{Size: was.Size, ETag: was.ETag, Modified: was.Modified.Truncate(time.Second)},
		}
		p.take(transfer.Plan{Jobs: []transfer.Job{j}}, step.Why)
	}
}
