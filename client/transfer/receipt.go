package transfer

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Receipt is the record of one transfer that was compared, or of what was
// there already in its place: what was asked, what the server reported, what
// the comparison said. It holds no secret.
type Receipt struct {
	Account    string
	Op         Op
	Source     string
	At         client.Location
	VersionID  string
	ETag       string    // with Modified it tells this object from another of its name
	Modified   time.Time // as the server says it, zero where it was not told
	Size       int64
	Checksum   client.Checksum
	Content    Content // how far the bytes themselves were compared
	Compared   string  // half a sentence: by what
	Asked      Asked
	Reported   client.Reported
	Verdict    Verdict
	Why        string
	Rule       int
	Because    string
	RequestID  string
	VerifiedAt time.Time
}

// Asked is a client.Encryption without its secrets, for records.
type Asked struct {
	Type           client.EncryptionType
	Key            client.KeyID
	BucketKey      bool
	Context        map[string]string
	CustomerKeyMD5 string
}

// AskedOf leaves the secrets of an encryption behind.
func AskedOf(e client.Encryption) Asked {
	a := Asked{Type: client.TypeOf(e), Key: client.KeyOf(e)}
	switch e := e.(type) {
	case client.SSEKMS:
		a.BucketKey, a.Context = e.BucketKey, e.Context
	case client.DSSEKMS:
		a.Context = e.Context
	case client.SSEC:
		a.CustomerKeyMD5 = e.Key.MD5()
	}
	return a
}
