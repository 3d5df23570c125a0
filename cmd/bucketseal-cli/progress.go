package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// A progress is how far a command's transfers are, for the status line.
type progress struct {
	files, all int           // over, and known of
	planned    bool          // no more will be known of
	moved      int64         // bytes
	total      int64         // bytes, as far as they are told
	untold     bool          // of some files nobody told how many
	rate       float64       // bytes a second
	left       time.Duration // 0 for not known
	failed     int
	same       int64  // files that a sync found to be the same
	waiting    string // what is waited for, "" for nothing
}

// String is the status line.
func (p progress) String() string {
	more, about := "+", ""
	if p.planned {
		more = ""
	}
	if p.untold || !p.planned {
		about = "+"
	}
	parts := []string{
		fmt.Sprintf("%s/%s%s files", humanize.Comma(int64(p.files)), humanize.Comma(int64(p.all)), more),
		fmt.Sprintf("%s/%s%s", humanize.IBytes(uint64(p.moved)), humanize.IBytes(uint64(p.total)), about),
		humanize.IBytes(uint64(p.rate)) + "/s",
	}
	if p.left > 0 {
		parts = append(parts, span(p.left)+" left")
	}
	if p.same > 0 {
		parts = append(parts, humanize.Comma(p.same)+" unchanged")
	}
	if p.failed > 0 {
		parts = append(parts, humanize.Comma(int64(p.failed))+" failed")
	}
	if p.waiting != "" {
		parts = append(parts, p.waiting)
	}
	return strings.Join(parts, "  ")
}

// progressOf is what an engine's summary says.
func progressOf(s transfer.Summary) progress {
	p := progress{
		files: s.Rows() - s.Open(), all: s.Rows(), moved: s.Done + s.Moved, total: s.Done + s.Bytes, untold: s.Untold > 0,
		failed: s.Phases[transfer.Failed],
	}
	if o := s.Outage; !o.IsZero() && s.Open() > 0 {
		p.waiting = fmt.Sprintf("waiting for the server since %s, %s files wait", o.Since.Local().Format(time.TimeOnly), humanize.Comma(int64(s.Open())))
	}
	return p
}

// span is a duration as people read it: the two largest of hours, minutes and
// seconds.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0:
		return fmt.Sprintf("%dh%02dm", h, m)
	case m > 0:
		return fmt.Sprintf("%dm%02ds", m, s)
	}
	return fmt.Sprintf("%ds", s)
}

// A speed is how fast something grows, over the last seconds. It does not jump when
// one file ends and another begins.
type speed struct{ samples []sample }

type sample struct {
	at     time.Time
	amount int64
}

// A speed looks back so far, at that many samples.
const (
	lookBack    = 10 * time.Second
	sampleEvery = lookBack / 20
	steadyAfter = 3 * time.Second // before, nobody knows how long it will take
)

// add takes the amount at a moment. One that shrank, since a request has to be made
// again, begins anew from there.
func (v *speed) add(at time.Time, amount int64) {
	n := len(v.samples)
	if n > 0 && amount < v.samples[n-1].amount {
		v.samples = nil
	}
	if n = len(v.samples); n > 1 && at.Sub(v.samples[n-2].at) < sampleEvery {
		v.samples[n-1] = sample{at, amount}
		return
	}
	v.samples = append(v.samples, sample{at, amount})
	for len(v.samples) > 2 && at.Sub(v.samples[1].at) >= lookBack {
		v.samples = v.samples[1:]
	}
}

// span is the time that is looked back at.
func (v *speed) span() time.Duration {
	if len(v.samples) == 0 {
		return 0
	}
	return v.samples[len(v.samples)-1].at.Sub(v.samples[0].at)
}

// perSecond is how fast it grew; 0 where too little is known.
func (v *speed) perSecond() float64 {
	n := len(v.samples)
	if n < 2 {
		return 0
	}
	first, last := v.samples[0], v.samples[n-1]
	if took := last.at.Sub(first.at).Seconds(); took > 0 {
		return float64(last.amount-first.amount) / took
	}
	return 0
}

// An estimate is how fast transfers go on and how long they will take.
type estimate struct{ bytes, files speed }

// of fills in the rate and the time that is left. Small files take as long as there
// are many, large ones as there are bytes: the longer of both is said.
func (e *estimate) of(p *progress, now time.Time) {
	e.bytes.add(now, p.moved)
	e.files.add(now, int64(p.files))
	p.rate = e.bytes.perSecond()
	if !p.planned || e.bytes.span() < steadyAfter {
		return
	}
	p.left = max(until(p.total-p.moved, p.rate), until(int64(p.all-p.files), e.files.perSecond()))
}

// longest is the time that is said to be left at most; what takes longer is not
// known well enough.
const longest = 1000 * time.Hour

// until is how long an amount takes, 0 for not known.
func until(amount int64, perSecond float64) time.Duration {
	if amount <= 0 || perSecond <= 0 {
		return 0
	}
	s := float64(amount) / perSecond
	if s > longest.Seconds() {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}
