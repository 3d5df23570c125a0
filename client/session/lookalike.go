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
// targets and are written with other characters. asked counts the names asked
// about.
func (s *Session) lookAlikes(ctx context.Context, targets []client.Location, asked *int) map[client.Location]bool {
	var mu sync.Mutex
	found := map[client.Location]bool{}
	group := errgroup.Group{}
	group.SetLimit(askAtOnce)
	for _, target := range targets {
		for _, other := range rules.LookAlikes(target.Key) {
			if *asked >= mostLookAlikes {
				break
			}
			*asked++
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

// lookAlike says which names of jobs look like something else and are written with
// other characters: another name of the plan, an object that is there already. How
// many look like the mask of the rule that takes them is counted.
func (c *critic) lookAlike(j *transfer.Job) {
	at := j.To.At
	others := rules.LookAlikes(at.Key)
	if len(others) == 0 {
		return
	}
	if j.Treatment.Rule > 0 && c.set.Decide(rules.File{Size: j.Expect.Size}, at).LooksAlike {
		c.byRule[j.Treatment.Rule]++
	}
	look := client.Location{Bucket: at.Bucket, Key: rules.Composed(at.Key)}
	if first, ok := c.looks[look]; ok && first != at {
		c.say(client.Say("two files look alike and become two objects, written %+q and %+q", first.Key, at.Key))
	}
	c.looks[look] = at
	for _, other := range others {
		if c.there[client.Location{Bucket: at.Bucket, Key: other}] {
			c.say(client.Say("an object that looks like %s is there already, written %+q: this one becomes another, written %+q", at.String(), other, at.Key))
		}
	}
}

// masks says which rules' masks look like names and are written otherwise.
func (c *critic) masks() {
	for i := range c.set.Rules {
		if n := c.byRule[i+1]; n > 0 {
			c.say(client.Say("the mask of rule %d looks like the names of %d of the files and is written with other characters: it takes them all the same", i+1, n))
		}
	}
}
