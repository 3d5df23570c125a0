package session

import (
	"sync"

	"github.com/bucketseal/bucketseal/client"
)

// openers remembers with which SSE-C key the last object of a folder was opened:
// its neighbours are mostly stored likewise. It is safe for concurrent use.
type openers struct {
	mu   sync.Mutex
	last map[client.Location]string // MD5 by folder, "" for without a key
}

// mostFolders bounds the memory; then it begins anew.
const mostFolders = 1000

func (o *openers) note(at client.Location, key client.CustomerKey) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last == nil || len(o.last) >= mostFolders {
		o.last = map[client.Location]string{}
	}
	o.last[at.Parent()] = key.MD5()
}

// of is the MD5 of the key that opened a neighbour of an object.
func (o *openers) of(at client.Location) (md5 string, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	md5, known = o.last[at.Parent()]
	return md5, known
}
