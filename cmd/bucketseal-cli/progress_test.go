package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func TestTheStatusLineSaysFilesBytesRateAndTimeLeft(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]progress{
		"0/0+ files  0 B/0 B+  0 B/s": {},
		"1,234/100,000 files  12 GiB/46 GiB  99 MiB/s  5m59s left": {
			files: 1234, all: 100000, planned: true, moved: 12 << 30, total: 46 << 30, rate: 99 << 20, left: 359 * time.Second,
		},
		"2/5+ files  1.0 KiB/2.0 KiB+  1.0 KiB/s  3 failed  the server asks to slow down": {
			files: 2, all: 5, moved: 1024, total: 2048, rate: 1024, failed: 3, waiting: "the server asks to slow down",
		},
		"1/2 files  5 B/5 B+  0 B/s  1h01m left": {files: 1, all: 2, planned: true, moved: 5, total: 5, untold: true, left: time.Hour + 100*time.Second},
	} {
		assert.Equal(t, want, p.String())
	}
	assert.Equal(t, "59s", span(59*time.Second))
	assert.Equal(t, "1m00s", span(60*time.Second-time.Millisecond))
}

func TestTheStatusLineSaysThatAServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := transfer.Summary{Outage: flow.Outage{Since: time.Date(2026, 11, 27, 3, 4, 5, 0, time.Local)}}
	assert.Empty(t, progressOf(s).waiting, "nothing waits")
	s.Phases[transfer.Queued], s.Phases[transfer.Sending] = 1200, 34
	assert.Contains(t, progressOf(s).String(), "  waiting for the server since 03:04:05, 1,234 files wait")
	s.Outage = flow.Outage{}
	assert.Empty(t, progressOf(s).waiting)
}

func TestTheRateIsThatOfTheLastSecondsAndDoesNotJump(t *testing.T) {
	t.Parallel()
	began := time.Unix(1_000_000, 0)
	var v speed
	assert.Zero(t, v.perSecond())
	at := func(seconds float64, amount int64) float64 {
		v.add(began.Add(time.Duration(seconds*float64(time.Second))), amount)
		return v.perSecond()
	}
	at(0, 0)
	for s := 0.1; s < 60; s += 0.1 {
		at(s, int64(100*s))
	}
	assert.InDelta(t, 100, at(60, 6000), 1)
	assert.Less(t, len(v.samples), 30, "however often it is looked at")
	assert.InDelta(t, 100, at(60.1, 6000+60), 10, "a part that arrives at once is no leap")
	for s := 60.0; s < 80; s += 0.1 {
		at(s, 6060)
	}
	assert.InDelta(t, 0, at(80, 6060), 1, "what was long ago is forgotten")
	at(81, 10)
	assert.InDelta(t, 20, at(82, 30), 1, "what is taken back by a retry is not less than nothing")
}

func TestTheTimeLeftIsSaidOnceAllIsPlanned(t *testing.T) {
	t.Parallel()
	began := time.Unix(1_000_000, 0)
	var e estimate
	p := progress{all: 100, total: 1000}
	for s := range 10 {
		p.files, p.moved = s, int64(50*s)
		e.of(&p, began.Add(time.Duration(s)*time.Second))
		assert.Zero(t, p.left)
	}
	p.planned = true
	e.of(&p, began.Add(10*time.Second))
	assert.InDelta(t, 91./0.9, p.left.Seconds(), 2, "one file a second is slower than 50 bytes of the 550 left")
	assert.Zero(t, until(1<<60, 0.1), "what takes longer than anybody waits is not said")
}

func TestTheStatusLineStaysBelowWhatIsWritten(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	width := 12
	l := &statusLine{to: &screen, width: func() int { return width }}
	c := newConsole(&screen, func(error) {})
	c.line = l
	l.show("0123456789ABCDEF")
	assert.Equal(t, "\r0123456789A", screen.String(), "cut to the width, but for the last column")
	screen.Reset()
	l.show("short")
	assert.Equal(t, "\rshort"+strings.Repeat(" ", 6)+strings.Repeat("\b", 6), screen.String(), "nothing is left of what was longer")
	screen.Reset()
	printf(c, "%s\n", "a line")
	assert.Equal(t, "\r     \ra line\n", screen.String())
	screen.Reset()

	release := l.hold()
	l.show("not now")
	assert.Empty(t, screen.String(), "a question is open")
	release()
	width = 0
	l.show("nowhere")
	assert.Equal(t, "\r", screen.String())

	var none *statusLine
	none.show("x")
	none.hold()()
	(&statusLine{}).show("x")
	(&statusLine{}).above(func() {})
}

func TestAServerThatAsksToSlowDownIsToldOfNowAndThen(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	var errs bytes.Buffer
	a := &app{err: &errs, slowdowns: slowdowns{clock: func() time.Time { return now }}}
	assert.Empty(t, a.slowdowns.now())
	for range 1000 {
		a.slowed(client.RequestState{Attempt: 1, Most: 5})
	}
	assert.Equal(t, "the server asks to slow down: trying again (try 2 of at most 5)\n", errs.String())
	assert.Equal(t, "the server asks to slow down", a.slowdowns.now())
	now = now.Add(slowAgain)
	assert.Empty(t, a.slowdowns.now())
	a.slowed(client.RequestState{})
	assert.Equal(t, 2, strings.Count(errs.String(), "\n"))
}
