package session

import (
	"fmt"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A critic says what a person should know of the jobs of a plan, as they come: each
// thing once.
type critic struct {
	set   rules.Set
	there map[client.Location]bool // objects that look like targets

	weaker bool                                // was said
	looks  map[client.Location]client.Location // targets with look-alikes, by what they look like
	byRule map[int]int                         // names that look like a rule's mask
	told   []client.Text                       // and not taken yet
}

func newCritic(set rules.Set) *critic {
	return &critic{set: set, looks: map[client.Location]client.Location{}, byRule: map[int]int{}}
}

func (c *critic) say(t client.Text) { c.told = append(c.told, t) }

// take is what was said since it was taken last.
func (c *critic) take() []client.Text {
	told := c.told
	c.told = nil
	return told
}

// look looks at jobs by what a survey has found out for them.
func (c *critic) look(u *UploadSurvey, jobs []transfer.Job) {
	c.there = u.LookAlikes
	for i := range jobs {
		if j := &jobs[i]; !c.weaker && isWeaker(j.Treatment.Type, u.Default) {
			c.weaker = true
			c.say(client.Say("%s asks for %v, which is weaker than the bucket's default, %v", j.To.At.Bucket, j.Treatment.Describe(), u.Default.Describe()))
		}
	}
	for i := range jobs {
		c.lookAlike(&jobs[i])
	}
}

// left says what is not uploaded.
func (c *critic) left(skipped []Skipped) {
	for _, l := range skipped {
		c.say(client.Say("%v: %s", l.Why, l.names()))
	}
}

// mostNamed is how many of what is left out for one reason are named.
const mostNamed = 5

func (l Skipped) names() string {
	text := strings.Join(l.Paths, ", ")
	if more := l.Count - len(l.Paths); more > 0 {
		text += fmt.Sprintf(" (+%d)", more)
	}
	return text
}

// isWeaker reports whether asking for a type gives less than a bucket's default;
// nobody knows where that is not told.
func isWeaker(asked client.EncryptionType, byDefault client.Reported) bool {
	return byDefault.Told && asked != client.TypeInherit && strength(asked) < strength(byDefault.Type)
}

// strength orders the types by who must fail before the bytes are readable:
// the store alone, the store and the key service, both in two layers. SSE-C
// is beside KMS: the key is not at the server at all.
func strength(t client.EncryptionType) int {
	switch t {
	case client.TypeSSES3:
		return 1
	case client.TypeSSEKMS, client.TypeSSEC:
		return 2
	case client.TypeDSSEKMS:
		return 3
	}
	return 0
}
