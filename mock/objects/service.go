// Package objects answers the operations on objects, their tags and locks, on
// multipart uploads and on listings.
//
// It promises: a body that is not what was announced is not stored; nothing of a
// read goes out before its beginning is known to be whole, and damage after that
// cuts the connection; checksums, conditions, ranges and parts are judged as S3
// judges them, or as the personality's server does.
package objects

import (
	"time"

	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/personality"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/store"
)

// Service answers for the objects of one endpoint. All members are required.
type Service struct {
	Store       *store.Store
	Access      *access.Service
	SSE         *sse.Service
	Faults      *faults.Injector
	Personality personality.Personality
	Now         func() time.Time // as the endpoint believes it, a fault's skew included
	Clock       func() time.Time // as it is, by which the store dates what it keeps
}
