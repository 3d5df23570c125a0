package transfer

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// waitsOut reports whether a job that failed so waits in the queue until its endpoint
// serves again, instead of being one of many that failed by it.
func (e *Engine) waitsOut(err error) bool {
	o := e.cfg.Flow.Outage()
	return !o.IsZero() && !o.GaveUp && client.KindOf(err).Temporary()
}

// An outageTold is what was noted of outages.
type outageTold struct{ since time.Time }

// look notes an outage when it begins and when it is over.
func (t *outageTold) look(e *Engine) {
	o := e.cfg.Flow.Outage()
	switch {
	case o.IsZero() && !t.since.IsZero():
		e.note(client.Say("the server serves requests again"))
	case !o.IsZero() && t.since.IsZero():
		e.note(client.Say("%v; the transfers wait, and one request asks now and then", o.Text()))
	}
	t.since = o.Since
}
