package buckets

import (
	"encoding/xml"
	"net/http"
	"strconv"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// The lengths that a default retention may have at most.
const maxLockDays, maxLockYears = 36500, 100

type lockDocument struct {
	XMLName xml.Name `xml:"ObjectLockConfiguration"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	Enabled string   `xml:"ObjectLockEnabled"`
	Rule    *lockRule
}

type lockRule struct {
	Default *defaultRetention `xml:"DefaultRetention"`
}

type defaultRetention struct {
	Mode  string
	Days  *int `xml:",omitempty"`
	Years *int `xml:",omitempty"`
}

func (s *Service) getObjectLockConfiguration(w http.ResponseWriter, r *wire.Request) error {
	b, err := s.Store.HeadBucket(r.Context(), r.Bucket)
	if err != nil {
		return err
	}
	if b.ObjectLock == nil {
		return s3.Refuse(http.StatusNotFound, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket.",
			s3.Field("BucketName", r.Bucket))
	}
	doc := lockDocument{Xmlns: s3.Namespace, Enabled: "Enabled"}
	if d := *b.ObjectLock; d.Mode != "" {
		rule := defaultRetention{Mode: string(d.Mode), Days: &d.Days}
		if d.Years != 0 {
			rule.Days, rule.Years = nil, &d.Years
		}
		doc.Rule = &lockRule{&rule}
	}
	return wire.WriteXML(w, doc)
}

func (s *Service) putObjectLockConfiguration(w http.ResponseWriter, r *wire.Request) error {
	raw, err := wire.ReadChecked(r, true)
	if err != nil {
		return err
	}
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	if len(raw) == 0 {
		return s3.Refuse(http.StatusBadRequest, "MissingRequestBodyError", "Request Body is empty")
	}
	var doc lockDocument
	if err := xml.Unmarshal(raw, &doc); err != nil || doc.Enabled != "Enabled" {
		return s3.MalformedXML()
	}
	lock, err := doc.lock()
	if err != nil {
		return err
	}
	if err := s.Store.SetObjectLock(r.Context(), r.Bucket, lock); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// lock reads the default retention; without a rule there is none.
func (d lockDocument) lock() (store.ObjectLock, error) {
	if d.Rule == nil {
		return store.ObjectLock{}, nil
	}
	rule := d.Rule.Default
	if rule == nil || !store.RetentionMode(rule.Mode).Known() || (rule.Days == nil) == (rule.Years == nil) {
		return store.ObjectLock{}, s3.MalformedXML()
	}
	lock := store.ObjectLock{Mode: store.RetentionMode(rule.Mode)}
	name, length, most := "Days", rule.Days, maxLockDays
	if rule.Years != nil {
		name, length, most = "Years", rule.Years, maxLockYears
	}
	switch {
	case *length <= 0:
		return lock, s3.BadArgument("Default retention period must be a positive integer value.", name, strconv.Itoa(*length))
	case *length > most:
		return lock, s3.BadArgument("Default retention period too large.", name, strconv.Itoa(*length))
	case rule.Years != nil:
		lock.Years = *length
	default:
		lock.Days = *length
	}
	return lock, nil
}
