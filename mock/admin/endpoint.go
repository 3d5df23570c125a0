// Package admin changes a running endpoint, over its own port and in no way that S3
// has: its KMS keys, its people, its faults. docs/mocks3.md describes the JSON.
//
// It answers the account itself and nobody else, and only requests whose body is
// signed too. A secret that it makes is told once.
package admin

import (
	"time"

	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/identity"
	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// Endpoint is the admin path of a server. All members are required.
type Endpoint struct {
	AccessKey string // of the account
	Verifier  sigv4.Verifier
	Clock     func() time.Time // without the skew of a fault, or that could not be taken back
	Keys      *kms.Keystore
	People    *identity.Register
	Faults    *faults.Injector
}
