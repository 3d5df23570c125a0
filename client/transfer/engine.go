package transfer

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Config is what an Engine needs. The zero value of each number means its
// default.
type Config struct {
	Store   client.Store
	Account string // for receipts

	Workers     int   // files at once, 1 to 64; default 4
	PartsAtOnce int   // parts of one file at once, 1 to 64; default 4
	PartSize    int64 // bytes, 5 MiB to 5 GiB; default 8 MiB, grown so that 10,000 parts are enough
	LimitRate   int64 // bytes a second over all jobs; 0 is no limit
	Checksums   bool  // the server stores checksums: send ours in the request, else in the metadata only

	// AllowUnverified lets a transfer count as done though its encryption is not
	// as asked. The verdict stays what it is.
	AllowUnverified bool

	// Resolve asks KMS what an alias points at; nil where there is no KMS.
	Resolve func(context.Context, client.KeyID) (client.KeyID, error)
	// Receipt is called once for each verified transfer, before its row is Done;
	// nil for none. An error fails the transfer: a proof that could not be kept
	// is no proof.
	Receipt func(Receipt) error
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// A Row is a job as it stands, for a screen or a report.
type Row struct {
	Job      Job
	Phase    Phase
	Sent     int64   // bytes moved and not taken back by a retry
	Rate     float64 // bytes a second over the last seconds, 0 when not moving
	Started  time.Time
	Ended    time.Time
	Receipt  *Receipt // set once verified, whatever the verdict
	Err      error    // why it failed or was skipped
	Attempts int
}
