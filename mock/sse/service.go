// Package sse is server-side encryption as S3 speaks of it: what a request or the
// default of its bucket asks for, which SSE-C key it brings, and what an answer says
// of how an object is stored. It answers the operations on ?encryption.
//
// It promises: keys are named, and what may not be is refused, as the personality's
// server does; a customer's key is never kept, told or logged; the answer's headers
// are those of how the object is stored, not of what was asked.
package sse

import (
	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/personality"
	"github.com/bucketseal/bucketseal/mock/store"
)

// Service decides the encryption of one endpoint's objects. All members are required.
type Service struct {
	Store       *store.Store
	Keys        *kms.Keystore
	Access      *access.Service
	Personality personality.Personality
}
