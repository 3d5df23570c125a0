package flow

import "sync"

// Endpoints are the flows of a process, one for each endpoint: accounts of one
// server share it. The zero value is ready and safe for concurrent use.
type Endpoints struct {
	// Options are those of each flow.
	Options Options

	mu    sync.Mutex
	flows map[string]*Flow
}

// Of is the flow of an endpoint, whatever names it.
func (e *Endpoints) Of(endpoint string) *Flow {
	e.mu.Lock()
	defer e.mu.Unlock()
	f := e.flows[endpoint]
	if f == nil {
		f = New(e.Options)
		if e.flows == nil {
			e.flows = map[string]*Flow{}
		}
		e.flows[endpoint] = f
	}
	return f
}
