package transfer

// What people do to jobs. Without ids each verb means every job it can apply
// to; ids that are unknown, and jobs it cannot apply to, are left alone.

// Pause holds jobs that are queued or running until Resume. A running one goes on
// then with the parts that the server has. The cause of its context is errPaused.
func (e *Engine) Pause(ids ...string) {
	e.each(ids, func(it *item) {
		switch it.row.Phase {
		case Queued:
			it.row.Phase = Paused
			e.touched(it)
			e.keepState(it)
			e.leave()
		case Sending, Verifying:
			if it.wish != Cancelled {
				it.end(Paused)
			}
		}
	})
}

// Resume queues what was paused.
func (e *Engine) Resume(ids ...string) {
	e.each(ids, func(it *item) {
		switch {
		case e.closed:
		case it.row.Phase == Paused:
			e.enqueue(it)
			e.keepState(it)
		case it.wish == Paused:
			it.wish = Queued // on its way to a pause
		}
	})
}

// Cancel stops jobs for good (Retry begins them anew). What they had sent is
// dropped: uploads in parts are aborted, temporary files removed. A file already
// stored whole, and only being verified, stays on the server.
func (e *Engine) Cancel(ids ...string) {
	e.each(ids, func(it *item) {
		switch it.row.Phase {
		case Queued, Paused:
			if it.row.Phase == Queued {
				e.leave()
			}
			it.row.Phase, it.row.Err, it.row.Ended = Cancelled, errCancelled, e.cfg.Now()
			e.touched(it)
			e.keepState(it)
			e.dropLeft(it, func() {})
		case Sending, Verifying:
			it.end(Cancelled)
		}
	})
}

// Retry queues again what failed or was cancelled; what was skipped only when
// it is named.
func (e *Engine) Retry(ids ...string) {
	e.each(ids, func(it *item) {
		switch it.row.Phase {
		case Failed, Cancelled:
		case Skipped:
			if len(ids) == 0 {
				return
			}
		default:
			return
		}
		if !e.closed {
			e.enqueue(it)
			e.keepState(it)
		}
	})
}

// Accept queues again the downloads that failed by a checksum which somebody now
// knows to be stale, to be taken this time (Job.AcceptStale). It wants ids.
func (e *Engine) Accept(ids ...string) {
	if len(ids) == 0 {
		return
	}
	e.each(ids, func(it *item) {
		if it.row.Acceptable() && !e.closed {
			it.row.Job.AcceptStale = true
			e.enqueue(it)
			job, state := it.row.Job, it.state()
			e.scribe.tell(Entry{Number: it.number, Job: &job, State: &state})
		}
	})
}

// Clear forgets rows that are over.
func (e *Engine) Clear(ids ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	named := make(map[string]bool, len(ids))
	for _, id := range ids {
		named[id] = true
	}
	kept := e.items[:0]
	for _, it := range e.items {
		if it.row.Phase.Over() && (len(ids) == 0 || named[it.row.Job.ID]) {
			e.removed(it)
			continue
		}
		kept = append(kept, it)
	}
	clear(e.items[len(kept):])
	e.items = kept
	e.history.trim(len(kept))
	e.signal()
}

// each applies a verb and then starts what became possible.
func (e *Engine) each(ids []string, verb func(*item)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(ids) == 0 {
		for _, it := range e.items {
			verb(it)
		}
	}
	for _, id := range ids {
		if it, ok := e.byID[id]; ok {
			verb(it)
		}
	}
	e.dispatch()
	e.signal()
}
