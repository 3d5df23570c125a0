package flow

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// An Outage is an endpoint that serves nothing. The zero Outage is none.
type Outage struct {
	Since  time.Time      // the first failure after which nothing was served
	Next   time.Time      // when it is asked again
	Last   client.Outcome // how the last request ended
	GaveUp bool           // it is not waited for any longer
}

// IsZero reports whether there is none.
func (o Outage) IsZero() bool { return o.Since.IsZero() }

// Text says what is wrong.
func (o Outage) Text() client.Text {
	since := o.Since.Local().Format(time.TimeOnly)
	switch o.Last {
	case client.Busy:
		return client.Say("since %s the server has asked to slow down, and served nothing", since)
	case client.Silent:
		return client.Say("since %s the server has not answered", since)
	}
	return client.Say("since %s the connection to the server, or the server itself, has failed each time", since)
}

// Err is a failure because of it.
func (o Outage) Err() error {
	kind := client.KindNetwork
	switch o.Last {
	case client.Busy:
		kind = client.KindThrottled
	case client.Silent:
		kind = client.KindStalled
	}
	return &client.Error{Op: "wait for the server", Kind: kind, Said: o.Text()}
}

// Outage is what is wrong with the endpoint now, zero for nothing. During one the
// next request is sent at Outage.Next.
func (f *Flow) Outage() Outage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.retries.outage
}
