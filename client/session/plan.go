package session

import (
	"context"
	"reflect"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A plan is made in two steps. A survey looks at the disk and asks the server,
// once; treating it is pure and is done again for each choice. Where nobody has to
// be asked first, each file is treated as it is found, and the plan comes in pieces.

// A Draft is a survey: the plan of each choice, by the rules as they are when it
// is asked for one, as long as they can be read. It looks at no file again and
// asks the server nothing, and is safe for concurrent use.
type Draft func(context.Context, Choice) (Drafted, error)

// A Drafted is a plan, and the rules by which it was made.
type Drafted struct {
	Plan  transfer.Plan
	Rules []rules.Rule
}

// SameRules reports whether another plan was made by these rules too.
func (d Drafted) SameRules(other Drafted) bool {
	return slices.EqualFunc(d.Rules, other.Rules, func(a, b rules.Rule) bool { return reflect.DeepEqual(a, b) })
}

// DraftUpload surveys an upload of files and folders into a folder, for somebody
// who chooses: what the server has already, and what the bucket does by itself,
// is asked too. Nothing is changed.
func (s *Session) DraftUpload(ctx context.Context, paths []string, to client.Location, o UploadOptions) (Draft, error) {
	if _, err := s.RuleSet(ctx); err != nil {
		return nil, err
	}
	u, err := s.survey(ctx, paths, to, o)
	if err != nil {
		return nil, err
	}
	s.ask(ctx, u, to, isThere|byDefault|lookAlike)
	return func(ctx context.Context, c Choice) (Drafted, error) {
		set, err := s.RuleSet(ctx)
		if err != nil {
			return Drafted{}, err
		}
		return Drafted{u.Treat(set, c), set.Rules}, nil
	}, nil
}

// DraftDownload surveys a download of objects and folders into a folder of this
// machine, for somebody who chooses: which files are there already is looked up
// too. Names that a file system cannot hold are escaped (transfer.Names); nothing
// is written yet.
func (s *Session) DraftDownload(ctx context.Context, what []client.Object, into string, o DownloadOptions) (Draft, error) {
	d := &DownloadSurvey{}
	for jobs, err := range s.downloads(ctx, what, into, o) {
		if err != nil {
			return nil, err
		}
		d.Jobs = append(d.Jobs, jobs...)
	}
	d.lookForExisting()
	return func(_ context.Context, c Choice) (Drafted, error) { return Drafted{Plan: d.Treat(c)}, nil }, nil
}
