package client

import (
	"context"
	"strings"
	"time"
)

// An Archiver restores what is archived. A Store that can implements Archiver too ([As]).
type Archiver interface {
	// RestoreArchived begins to make a copy that can be read for some days of an object
	// of a storage class that cannot be read at once; where one is there it stays longer.
	// It takes minutes to days, by class and tier: [Object.Restoration] says how far it
	// is. One that is under way is no error. tier is one of Tiers, "" the server's
	// choice. What is not archived is KindInvalid.
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
	RestoreArchived(ctx context.Context, at Location, versionID string, days int, tier string) error
}

// Tiers are how fast an archived object is restored, the cheapest last.
var Tiers = []string{"Expedited", "Standard", "Bulk"}

// A Restoration is how far the readable copy of an archived object is.
type Restoration struct {
	Ongoing bool      // it is being made
	Until   time.Time // it is there, until then
}

// Restoration is what the answer about an object says of its readable copy, zero for
// none.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (o Object) Restoration() (r Restoration) {
	said := strings.Join(o.Headers["X-Amz-Restore"], ",")
	r.Ongoing = strings.Contains(said, `ongoing-request="true"`)
	if _, date, ok := strings.Cut(said, `expiry-date="`); ok {
		date, _, _ = strings.Cut(date, `"`)
		r.Until, _ = time.Parse(time.RFC1123, date) // what is no date is not told
	}
	return r
}

// IsArchived reports whether an object is of a storage class that cannot be read at once.
func (o Object) IsArchived() bool {
	return o.StorageClass == "GLACIER" || o.StorageClass == "DEEP_ARCHIVE"
}
