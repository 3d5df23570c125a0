package objects

import (
	"encoding/xml"
	"net/http"
	"time"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// Archives: objects of storage classes that cannot be read until they are restored for some
// days.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html

// waits are how long a restoration takes, by storage class and tier: the longest that AWS
// names. What is not there AWS refuses.
var waits = map[string]map[string]time.Duration{
	"GLACIER":      {"Expedited": 5 * time.Minute, "Standard": 5 * time.Hour, "Bulk": 12 * time.Hour},
	"DEEP_ARCHIVE": {"Standard": 12 * time.Hour, "Bulk": 48 * time.Hour},
}

// waitsOf are those of an object, nil where it can be read at once.
func (s *Service) waitsOf(o store.Object) map[string]time.Duration {
	if s.Personality.NoArchives {
		return nil
	}
	return waits[o.Headers["X-Amz-Storage-Class"]]
}

// archived refuses to read what is archived, for so long as no restored copy is there.
func (s *Service) archived(o store.Object) error {
	now := s.Clock()
	if s.waitsOf(o) == nil || !now.Before(o.Restored.Ready) && now.Before(o.Restored.Until) {
		return nil
	}
	return s3.Refuse(http.StatusForbidden, "InvalidObjectState", "The operation is not valid for the object's storage class", s3.Field("StorageClass", o.Headers["X-Amz-Storage-Class"]))
}

// setRestored tells how far a restoration is.
func (s *Service) setRestored(h http.Header, o store.Object) {
	switch {
	case s.waitsOf(o) == nil || !s.Clock().Before(o.Restored.Until): // none was asked for, or it is gone
	case s.archived(o) == nil:
		h.Set("X-Amz-Restore", `ongoing-request="false", expiry-date="`+o.Restored.Until.UTC().Format(http.TimeFormat)+`"`)
	default:
		h.Set("X-Amz-Restore", `ongoing-request="true"`)
	}
}

type restoreDocument struct {
	XMLName xml.Name `xml:"RestoreRequest"`
	Days    int
	Tier    string `xml:"GlacierJobParameters>Tier"`
}

// restoreObject begins the restoration of an archived object, or has a restored copy stay
// longer.
func (s *Service) restoreObject(w http.ResponseWriter, r *wire.Request) error {
	raw, err := wire.ReadChecked(r, false)
	if err != nil {
		return err
	}
	o, err := s.Store.Stat(r.Context(), r.Bucket, r.Key, r.Version())
	if err != nil {
		return err
	}
	var doc restoreDocument
	if xml.Unmarshal(raw, &doc) != nil || doc.Days < 1 {
		return s3.MalformedXML()
	}
	tier := doc.Tier
	if tier == "" {
		tier = "Standard"
	}
	now, how := s.Clock(), s.waitsOf(o)
	wait, offered := how[tier]
	status, from := http.StatusAccepted, now.Add(wait)
	restored := store.Restored{Ready: from}
	switch {
	case how == nil:
		return s3.Refuse(http.StatusForbidden, "InvalidObjectState", "Restore is not allowed for the object's current storage class", s3.Field("StorageClass", o.Headers["X-Amz-Storage-Class"]))
	case !offered:
		return s3.BadArgument("Retrieval option is not supported by this storage class", "Tier", tier)
	case now.Before(o.Restored.Ready):
		return s3.Refuse(http.StatusConflict, "RestoreAlreadyInProgress", "Object restore is already in progress")
	case s.archived(o) == nil:
		status, from, restored.Ready = http.StatusOK, now, o.Restored.Ready
	}
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html: the next midnight after the days
	restored.Until = from.AddDate(0, 0, doc.Days+1).UTC().Truncate(24 * time.Hour)
	if err := s.Store.SetRestored(r.Bucket, r.Key, r.Version(), restored); err != nil {
		return err
	}
	w.WriteHeader(status)
	return nil
}
