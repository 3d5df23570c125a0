package mock

import (
	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/identity"
	"github.com/bucketseal/bucketseal/mock/personality"
)

// What goes wrong on purpose: see [faults].
type (
	// Faults is the content of a faults file. The zero value is none.
	Faults = faults.Faults
	// Fault is one thing that goes wrong, and when.
	Fault = faults.Fault
	// Action names what a fault does.
	Action = faults.Action
)

// The actions; each is explained where it is defined, in [faults].
const (
	DropSSEHeaders = faults.DropSSEHeaders
	OtherKey       = faults.OtherKey
	OtherType      = faults.OtherType
	StorePlain     = faults.StorePlain
	AnswerStatus   = faults.AnswerStatus
	ErrorIn200     = faults.ErrorIn200
	Cut            = faults.Cut
	Reset          = faults.Reset
	FlipBit        = faults.FlipBit
	Stall          = faults.Stall
	Delay          = faults.Delay
	WrongLength    = faults.WrongLength
	WrongRange     = faults.WrongRange
	OtherRange     = faults.OtherRange
	IgnoreRange    = faults.IgnoreRange
	WrongChecksum  = faults.WrongChecksum
	StaleListing   = faults.StaleListing
)

// Actions lists all actions, sorted.
func Actions() []Action { return faults.Actions() }

// ReadFaults reads a faults file. Unknown names are refused, so that a typing
// error does not pass for a server without faults.
func ReadFaults(path string) (Faults, error) { return faults.Read(path) }

// Who may come in: see [identity].
type (
	// User is a person with an access key of their own, who may do what Policy
	// allows and nothing else. It prints as the name only.
	User = identity.User
	// Role is something a person becomes by STS AssumeRole, for a while.
	Role = identity.Role
	// People is the content of a people file.
	People = identity.People
)

// ReadPeople reads a people file. It refuses one that others than its owner may
// read (not on Windows), for it holds secrets.
func ReadPeople(path string) (People, error) { return identity.ReadPeople(path) }

// Which server is imitated: see [personality].
type (
	// Personality is what tells one S3 server from another. The zero value is AWS.
	Personality = personality.Personality
	// Copies is what a server makes of copies.
	Copies = personality.Copies
	// KeyEcho is how a server names the KMS key of an object in its answers.
	KeyEcho = personality.KeyEcho
	// KeyForms is which references to a KMS key a server understands.
	KeyForms = personality.KeyForms
	// BucketEncryption is what a server makes of the bucket's ?encryption.
	BucketEncryption = personality.BucketEncryption
	// Words is a server whose words refusals are in.
	Words = personality.Words
)

// The values of a Personality's members; each is explained in [personality].
const (
	EchoARN      = personality.EchoARN
	EchoVerbatim = personality.EchoVerbatim
	EchoMinIO    = personality.EchoMinIO

	AnyForm = personality.AnyForm
	IDOnly  = personality.IDOnly
	IDOrARN = personality.IDOrARN

	EncryptedByDefault = personality.EncryptedByDefault
	OffByDefault       = personality.OffByDefault
	NoSubresource      = personality.NoSubresource

	WordsOfAWS   = personality.WordsOfAWS
	WordsOfMinIO = personality.WordsOfMinIO
)

// Personalities lists the built-in ones: aws, ceph16, minio, plain.
func Personalities() []Personality { return personality.All() }

// PersonalityNamed finds a built-in personality.
func PersonalityNamed(name string) (Personality, error) { return personality.Named(name) }
