package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"iter"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A piece of a plan is small at first, so that something begins to move, and then
// as large as is worth one write of the journal.
const (
	firstPiece   = 16 // files
	largestPiece = 512
)

// PlanUpload is DraftUpload where all is chosen: the server is asked only what
// the plan hangs on, and nobody is told what is there already. The plan comes in
// pieces while the disk is walked, so that what is found first can be sent
// meanwhile, and its memory does not grow with the files but for 16 bytes each. An
// error is the last that comes; what came before it holds.
func (s *Session) PlanUpload(ctx context.Context, paths []string, to client.Location, o UploadOptions, c Choice) iter.Seq2[transfer.Plan, error] {
	return func(yield func(transfer.Plan, error) bool) {
		set, err := s.RuleSet(ctx)
		if err != nil {
			yield(transfer.Plan{}, err)
			return
		}
		p := &planning{
			session: s, set: set, choice: c, to: to, yield: yield, size: firstPiece,
			survey: UploadSurvey{account: s.account.ID}, critic: newCritic(set), written: targets{},
		}
		w, err := s.look(ctx, paths, to, o, func(f SourceFile) error { return p.add(ctx, f) })
		switch {
		case errors.Is(err, fs.SkipAll):
		case err != nil:
			yield(transfer.Plan{}, err)
		default:
			p.end(ctx, w.skipped)
		}
	}
}

// planning is an upload's plan while it is made.
type planning struct {
	session *Session
	set     rules.Set
	choice  Choice
	to      client.Location
	yield   func(transfer.Plan, error) bool

	size    int          // of the next piece
	survey  UploadSurvey // the files of the next piece, and what the server said so far
	asked   bool         // what the bucket does by itself
	critic  *critic
	written targets // by what came before
}

// add treats a file with others.
func (p *planning) add(ctx context.Context, f SourceFile) error {
	p.survey.Files = append(p.survey.Files, f)
	if len(p.survey.Files) < p.size {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	piece := p.piece(ctx)
	piece.Warnings = p.critic.take()
	if !p.yield(piece, nil) {
		return fs.SkipAll // nobody wants more
	}
	p.size = min(2*p.size, largestPiece)
	return nil
}

// end gives the last piece, where there is anything in it.
func (p *planning) end(ctx context.Context, skipped []Skipped) {
	p.critic.left(skipped)
	piece := p.piece(ctx)
	p.critic.masks()
	piece.Warnings = p.critic.take()
	if len(piece.Jobs)+len(piece.Refused)+len(piece.Warnings) > 0 {
		p.yield(piece, nil)
	}
}

// piece treats the files that were found since the last one.
func (p *planning) piece(ctx context.Context) transfer.Plan {
	piece := p.survey.decide(p.set, p.choice)
	p.written.refuseTwins(&piece)
	what := lookAlike
	if !p.asked && asksForEncryption(piece.Jobs) {
		p.asked = true
		what |= byDefault
	}
	p.session.ask(ctx, &p.survey, p.to, what)
	p.critic.look(&p.survey, piece.Jobs)
	p.survey.Files = p.survey.Files[:0]
	return piece
}

// targets are the objects that a plan writes, by half of the SHA-256 of their names:
// there may be many.
type targets map[[16]byte]struct{}

// refuseTwins refuses the jobs of a piece that would overwrite what another one
// wrote: two files may be called so that one object has both their names.
func (t targets) refuseTwins(piece *transfer.Plan) {
	single := piece.Jobs[:0]
	for _, j := range piece.Jobs {
		sum := sha256.Sum256([]byte(j.To.At.String()))
		name := [16]byte(sum[:16])
		if _, twin := t[name]; twin {
			piece.Bytes -= j.Expect.Size
			piece.Refused = append(piece.Refused, transfer.Refusal{
				Op: j.Op, Source: j.From.String(), Target: j.To.At, Rule: j.Treatment.Rule, RuleID: j.Treatment.RuleID, Kind: client.KindRefused,
				Reason: client.Say("another file of the same plan has the same target, and one would overwrite the other: move them separately"),
			})
			continue
		}
		t[name] = struct{}{}
		single = append(single, j)
	}
	piece.Jobs = single
}

// PlanDownload is DraftDownload where all is chosen: which files are there already
// is not looked up, and the plan comes in pieces. Names are given once all objects
// are listed, since they depend on each other; the memory that takes is about 200
// bytes for each object.
func (s *Session) PlanDownload(ctx context.Context, what []client.Object, into string, o DownloadOptions, c Choice) iter.Seq2[transfer.Plan, error] {
	return func(yield func(transfer.Plan, error) bool) {
		for jobs, err := range s.downloads(ctx, what, into, o) {
			if err != nil {
				yield(transfer.Plan{}, err)
				return
			}
			if !yield((&DownloadSurvey{Jobs: jobs}).Treat(c), nil) {
				return
			}
		}
	}
}
