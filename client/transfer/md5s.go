package transfer

import (
	"context"
	"runtime"
	"slices"
	"sync"

	md5simd "github.com/minio/md5-simd"
	"golang.org/x/sync/errgroup"
)

// The parts whose MD5s are computed at once: of the first few, so that they leave
// soon; then as many as a core has lanes for, which takes it hardly longer than one.
// Where less than half of the lanes would be filled they gain nothing, and the parts
// are spread over the cores instead.
const (
	firstMD5s  = 4
	laneMD5s   = 16
	worthLanes = laneMD5s / 2
)

// md5sAhead are the MD5s of an upload's parts, computed beside the sending: while some
// parts travel, those of the next are read. No part is held in memory.
type md5sAhead struct {
	source *source
	spans  []span
	wanted func() bool // whether the server still has to be given MD5s

	batches []md5Batch
	of      map[int]*md5Batch // by the index of a span
	sums    [][]byte          // of the spans, nil for not computed
}

// An md5Batch is parts whose MD5s are computed together.
type md5Batch struct {
	parts  []int         // indices of spans
	needed chan struct{} // closed when the first of them is about to be sent
	once   sync.Once
	done   chan struct{} // closed when there is nothing to wait for any more
}

// newMD5sAhead is for the parts that are still to be sent, in the order in which they
// will be.
func newMD5sAhead(src *source, all []span, parts []int, wanted func() bool) *md5sAhead {
	first := min(firstMD5s, len(parts))
	cut := append([][]int{parts[:first]}, slices.Collect(slices.Chunk(parts[first:], laneMD5s))...)
	m := &md5sAhead{source: src, spans: all, wanted: wanted, batches: make([]md5Batch, len(cut)), of: map[int]*md5Batch{}, sums: make([][]byte, len(all))}
	for k, parts := range cut {
		b := &m.batches[k]
		b.parts, b.needed, b.done = parts, make(chan struct{}), make(chan struct{})
		for _, i := range parts {
			m.of[i] = b
		}
	}
	return m
}

// run computes one batch after the other, each when the one before it is on its way.
// It ends when all are computed, or none is wanted any more.
func (m *md5sAhead) run(ctx context.Context) error {
	lanes := md5simd.NewServer()
	defer lanes.Close()
	defer m.release()
	for k := range m.batches {
		if k > 0 {
			select {
			case <-m.batches[k-1].needed:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		if !m.wanted() {
			return nil
		}
		if err := m.compute(ctx, lanes.NewHash, m.batches[k].parts); err != nil {
			return err
		}
		close(m.batches[k].done)
	}
	return nil
}

// release lets go whoever waits for what is not computed.
func (m *md5sAhead) release() {
	for k := range m.batches {
		select {
		case <-m.batches[k].done:
		default:
			close(m.batches[k].done)
		}
	}
}

func (m *md5sAhead) compute(ctx context.Context, lane func() md5simd.Hasher, parts []int) error {
	group, gctx := errgroup.WithContext(ctx)
	if len(parts) < worthLanes {
		group.SetLimit(runtime.GOMAXPROCS(0))
		lane = md5simd.StdlibHasher
	}
	for _, i := range parts {
		group.Go(func() error {
			h := lane()
			defer h.Close()
			if err := m.source.readInto(gctx, h, m.spans[i]); err != nil {
				return err
			}
			m.sums[i] = h.Sum(nil)
			return nil
		})
	}
	return group.Wait()
}

// sum is the MD5 of a part that is about to be sent, nil where none is wanted.
func (m *md5sAhead) sum(ctx context.Context, i int) ([]byte, error) {
	b := m.of[i]
	b.once.Do(func() { close(b.needed) })
	if !m.wanted() {
		return nil, nil
	}
	select {
	case <-b.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if m.sums[i] != nil {
		return m.sums[i], nil
	}
	d, err := m.source.digest(ctx, m.spans[i], true) // wanted again
	return d.md5, err
}
