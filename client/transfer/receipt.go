package transfer

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Receipt is the record of one transfer that was compared, or of what was
// there already in its place: what was asked, what the server reported, what
// the comparison said. It holds no secret, and can be stored.
type Receipt struct {
	Job        string           `json:"job"` // its id
	Account    string           `json:"account"`
	Op         Op               `json:"op"`
	Source     string           `json:"source"`
	At         client.Location  `json:"at"`
	VersionID  string           `json:"versionId,omitempty"`
	ETag       string           `json:"etag,omitempty"`    // with Modified it tells this object from another of its name
	Modified   time.Time        `json:"modified,omitzero"` // as the server says it, zero where it was not told
	Size       int64            `json:"size"`              // bytes
	Checksum   client.Checksum  `json:"checksum,omitzero"`
	Content    Content          `json:"content,omitempty"`  // how far the bytes themselves were compared
	Compared   string           `json:"compared,omitempty"` // half a sentence: by what
	Treatment  client.Treatment `json:"treatment,omitzero"` // what was asked, zero for a download
	Reported   client.Reported  `json:"reported,omitzero"`
	Verdict    Verdict          `json:"verdict,omitempty"`
	Why        string           `json:"why,omitempty"`
	RequestID  string           `json:"requestId,omitempty"`
	VerifiedAt time.Time        `json:"verifiedAt"`
}
