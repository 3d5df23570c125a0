// Package access judges who may do what: by the policies of people and of buckets,
// by access control lists, by the public access block; and it answers the
// operations that read and write those.
//
// It promises: an operation asks for every permission that AWS asks for, a Deny
// wins, nobody who signs nothing is let in but where the bucket opens itself. What
// the conditions of a policy can see of a call is what S3 shows them.
package access

import (
	"time"

	"github.com/bucketseal/bucketseal/mock/identity"
	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/personality"
	"github.com/bucketseal/bucketseal/mock/store"
)

// Service judges the calls of one endpoint. All members are required.
type Service struct {
	Store       *store.Store
	Keys        *kms.Keystore
	People      *identity.Register
	Personality personality.Personality
	AllowPublic bool             // a new bucket has no public access block
	Now         func() time.Time // as the endpoint believes it
}
