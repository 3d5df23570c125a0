package session

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"sync"
)

// requests are those that a session sends over the wire, repetitions included, by
// the log of its store: it is written before the answer is handed on.
type requests struct {
	mu  sync.Mutex
	all []string // "HEAD /bucket/key", "GET /bucket/key?tagging"
}

// ofLog is the first line of a request as the store logs it. What stands behind
// "x-id" is the SDK's own.
var ofLog = regexp.MustCompile(`^Request\r?\n(\S+) (\S*?)=?(?:[?&]x-id=\S*)? HTTP`)

func (r *requests) Enabled(context.Context, slog.Level) bool { return true }
func (r *requests) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *requests) WithGroup(string) slog.Handler            { return r }

func (r *requests) Handle(_ context.Context, record slog.Record) error {
	if m := ofLog.FindStringSubmatch(record.Message); m != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.all = append(r.all, m[1]+" "+m[2])
	}
	return nil
}

// during gives what is sent while something is done, in no order.
func (r *requests) during(what func()) []string {
	r.mu.Lock()
	n := len(r.all)
	r.mu.Unlock()
	what()
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := slices.Clone(r.all[n:])
	slices.Sort(sent)
	return sent
}
