package s3store

import (
	"sync"
	"time"
)

// A latency is how long an endpoint takes for short requests. One of a transfer that is
// far behind is ended and sent again, by a line of its own: that is what Amazon advises
// for requests below 512 KB, after 2 seconds (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-guidelines.html).
// Its first try may take three times as long as the slowest of the last one to two hundred
// answers, its second four times that; the others are as patient as any. A server that
// has become slow is thus found out by answers to tries that nobody hurries. It is safe
// for concurrent use; nil hurries nobody.
type latency struct {
	mu      sync.Mutex
	answers int           // in this round
	slowest time.Duration // of them
	before  time.Duration // the slowest of the round before, 0 before there was one
}

const (
	// answersOfRound are so many that one in a hundred is among them.
	answersOfRound = 128
	// farBehind is how many times as long as the slowest an answer may take.
	farBehind = 3
	// hurriedTries are the tries of a call that may be ended early, and triesToHurry how
	// many it must have.
	hurriedTries, triesToHurry = 2, 4
	// soonest is the part of the time of a patient try that a hurried one has at least: 2
	// seconds of 2 minutes.
	soonest = 60
)

// took counts an answer that came after d.
func (l *latency) took(d time.Duration) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slowest = max(l.slowest, d)
	if l.answers++; l.answers == answersOfRound {
		l.before, l.slowest, l.answers = l.slowest, 0, 0
	}
}

// late is when an answer is far behind, 0 for nobody knows.
func (l *latency) late() time.Duration {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.before == 0 {
		return 0
	}
	return farBehind * max(l.before, l.slowest)
}

// hurried is a try that ends early when its answer is far behind, or when the rest of a
// short one is. What goes on with a body that broke off is in no hurry: it would break
// off again.
func (l *latency) hurried(try sendout, s signed) sendout {
	late := l.late()
	if late == 0 || try.n > hurriedTries || !s.isTimed() || s.isOnce() {
		return try
	}
	late = min(max(late, try.answer/soonest)<<(2*(try.n-1)), try.answer)
	try.answer = late
	if !s.headers.has("Range") {
		try.rest = late
	}
	return try
}

// isTimed reports whether a call does the same work each time, as far as the server is
// concerned: a listing may take long, and a copy.
func (s signed) isTimed() bool {
	return s.isShort() && (s.op == "PutObject" || s.op == "HeadObject" || s.op == "GetObject")
}

// isOnce reports whether a request means something else when it arrives twice.
func (s signed) isOnce() bool {
	return !isRead(s.method) && (s.headers.has("If-Match") || s.headers.has("If-None-Match"))
}

// timed has the time of an answer counted: of a short one when all of it is there.
func (d *watchdog) timed(s signed, try sendout, body *lineBody, length int64, began time.Time) {
	if body == nil || length < 0 || length > shortBody {
		if s.isTimed() {
			d.usual.took(time.Since(began))
		}
		return
	}
	if s.isTimed() {
		body.whole = func() { d.usual.took(time.Since(began)) }
	}
	if try.rest > 0 {
		body.stall = min(body.stall, try.rest)
	}
}
