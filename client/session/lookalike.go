package session

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// mostLookAlikes bounds the names a survey asks the server about.
const mostLookAlikes = 32

// lookAlikes are the objects known to be there whose names look like those of
// targets and are written with other characters.
func (s *Session) lookAlikes(ctx context.Context, targets []client.Location) map[client.Location]bool {
	var mu sync.Mutex
	found := map[client.Location]bool{}
	group, asked := errgroup.Group{}, 0
	group.SetLimit(askAtOnce)
	for _, target := range targets {
		for _, other := range rules.LookAlikes(target.Key) {
			if asked++; asked > mostLookAlikes {
				break
			}
			at := client.Location{Bucket: target.Bucket, Key: other}
			group.Go(func() error {
				if _, there, _ := s.object(ctx, at); there { // a convenience: who cannot be told is not warned
					mu.Lock()
					found[at] = true
					mu.Unlock()
				}
				return nil
			})
		}
	}
	_ = group.Wait() // no question fails
	return found
}

// warnLookAlikes says which names of a plan look like something else and are
// written with other characters: the mask of the rule that takes them, another
// name of the plan, an object that is there already.
func (u *UploadSurvey) warnLookAlikes(set rules.Set, p *transfer.Plan) {
	looks := map[client.Location]client.Location{} // by what they look like
	byRule := map[int]int{}
	for _, j := range p.Jobs {
		others := rules.LookAlikes(j.To.At.Key)
		if len(others) == 0 {
			continue
		}
		if j.Treatment.Rule > 0 && set.Decide(rules.File{Size: j.Expect.Size}, j.To.At).LooksAlike {
			byRule[j.Treatment.Rule]++
		}
		look := client.Location{Bucket: j.To.At.Bucket, Key: rules.Composed(j.To.At.Key)}
		if first, ok := looks[look]; ok && first != j.To.At {
			p.Warnings = append(p.Warnings, client.Say("two files look alike and become two objects, written %+q and %+q", first.Key, j.To.At.Key))
		}
		looks[look] = j.To.At
		for _, other := range others {
			if u.LookAlikes[client.Location{Bucket: j.To.At.Bucket, Key: other}] {
				p.Warnings = append(p.Warnings, client.Say("an object that looks like %s is there already, written %+q: this one becomes another, written %+q",
					j.To.At.String(), other, j.To.At.Key))
			}
		}
	}
	for i := range set.Rules {
		if n := byRule[i+1]; n > 0 {
			p.Warnings = append(p.Warnings, client.Say("the mask of rule %d looks like the names of %d of the files and is written with other characters: it takes them all the same", i+1, n))
		}
	}
}
