// Package buckets answers the operations on buckets and on what is configured for
// them: location, versioning, object lock, CORS, tags, and the documents that are
// kept and told again, nothing more. Who may come in is [access]'s, encryption
// another room's.
package buckets

import (
	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/personality"
	"github.com/bucketseal/bucketseal/mock/store"
)

// Service answers for the buckets of one endpoint. All members are required.
type Service struct {
	Store       *store.Store
	Access      *access.Service
	Personality personality.Personality
	Region      string
}
