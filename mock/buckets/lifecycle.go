package buckets

import (
	"encoding/xml"
	"net/http"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const (
	lifecycleConfig = "lifecycle"
	// minimumConfig keeps which objects are too small to be moved.
	minimumConfig  = "lifecycle-minimum"
	minimumHeader  = "X-Amz-Transition-Default-Minimum-Object-Size"
	allClasses     = "all_storage_classes_128K"
	maxRules       = 1000
	transitionDays = 30 // least age for the infrequent classes
)

// lifecycleDocument is kept and told again; nothing here expires or moves.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
type lifecycleDocument struct {
	XMLName xml.Name        `xml:"LifecycleConfiguration"`
	Xmlns   string          `xml:"xmlns,attr,omitempty"`
	Rules   []lifecycleRule `xml:"Rule"`
}

type lifecycleRule struct {
	ID         string
	Prefix     *string          `xml:",omitempty"` // the older form of Filter
	Filter     *lifecycleFilter `xml:",omitempty"`
	Status     string
	Expiration *struct {
		Date                      string `xml:",omitempty"`
		Days                      *int   `xml:",omitempty"`
		ExpiredObjectDeleteMarker *bool  `xml:",omitempty"`
	} `xml:",omitempty"`
	Transitions []struct {
		Date         string `xml:",omitempty"`
		Days         *int   `xml:",omitempty"`
		StorageClass string
	} `xml:"Transition"`
	NoncurrentExpiration *struct {
		Days  *int `xml:"NoncurrentDays,omitempty"`
		Newer *int `xml:"NewerNoncurrentVersions,omitempty"`
	} `xml:"NoncurrentVersionExpiration,omitempty"`
	NoncurrentTransitions []struct {
		Days         *int `xml:"NoncurrentDays,omitempty"`
		Newer        *int `xml:"NewerNoncurrentVersions,omitempty"`
		StorageClass string
	} `xml:"NoncurrentVersionTransition"`
	Abort *struct {
		Days *int `xml:"DaysAfterInitiation,omitempty"`
	} `xml:"AbortIncompleteMultipartUpload,omitempty"`
}

type lifecycleTag struct{ Key, Value string }

type lifecycleFilter struct {
	Prefix      *string       `xml:",omitempty"`
	Tag         *lifecycleTag `xml:",omitempty"`
	GreaterThan *int64        `xml:"ObjectSizeGreaterThan,omitempty"`
	LessThan    *int64        `xml:"ObjectSizeLessThan,omitempty"`
	And         *struct {
		Prefix      *string        `xml:",omitempty"`
		Tags        []lifecycleTag `xml:"Tag"`
		GreaterThan *int64         `xml:"ObjectSizeGreaterThan,omitempty"`
		LessThan    *int64         `xml:"ObjectSizeLessThan,omitempty"`
	} `xml:",omitempty"`
}

// tagged tells whether a filter chooses by tags.
func (f *lifecycleFilter) tagged() bool {
	return f != nil && (f.Tag != nil || f.And != nil && len(f.And.Tags) > 0)
}

// check refuses a rule in the words of S3.
func (l lifecycleRule) check() error {
	if l.Status != "Enabled" && l.Status != "Disabled" || (l.Prefix == nil) == (l.Filter == nil) {
		return s3.MalformedXML()
	}
	if f := l.Filter; f != nil {
		given := 0
		for _, there := range []bool{f.Prefix != nil, f.Tag != nil, f.GreaterThan != nil, f.LessThan != nil, f.And != nil} {
			if there {
				given++
			}
		}
		if given > 1 {
			return s3.MalformedXML()
		}
	}
	if len(l.ID) > 255 {
		return s3.BadArgument("ID length should not exceed allowed limit of 255", "ID", l.ID)
	}
	if l.Expiration == nil && l.Transitions == nil && l.NoncurrentExpiration == nil && l.NoncurrentTransitions == nil && l.Abort == nil {
		return s3.BadRequest("At least one action needs to be specified in a rule")
	}
	if err := l.checkExpiration(); err != nil {
		return err
	}
	for _, t := range l.Transitions {
		if (t.Days == nil) == (t.Date == "") {
			return s3.MalformedXML()
		}
		if err := checkTransition(t.Days, "'Days' in Transition action", t.StorageClass); err != nil {
			return err
		}
		if err := checkDate(t.Date); err != nil {
			return err
		}
	}
	for _, t := range l.NoncurrentTransitions {
		if t.Days == nil {
			return s3.MalformedXML()
		}
		if err := checkTransition(t.Days, "'NoncurrentDays' in NoncurrentVersionTransition action", t.StorageClass); err != nil {
			return err
		}
	}
	switch e := l.NoncurrentExpiration; {
	case e != nil && e.Days == nil:
		return s3.MalformedXML()
	case e != nil && *e.Days < 1:
		return s3.BadArgument("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer", "NoncurrentDays", "")
	}
	switch {
	case l.Abort == nil:
	case l.Abort.Days == nil:
		return s3.MalformedXML()
	case *l.Abort.Days < 1:
		return s3.BadArgument("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer", "DaysAfterInitiation", "")
	case l.Filter.tagged():
		return s3.BadRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.")
	}
	return nil
}

func (l lifecycleRule) checkExpiration() error {
	e := l.Expiration
	if e == nil {
		return nil
	}
	given := 0
	for _, there := range []bool{e.Date != "", e.Days != nil, e.ExpiredObjectDeleteMarker != nil} {
		if there {
			given++
		}
	}
	switch {
	case given != 1:
		return s3.MalformedXML()
	case e.Days != nil && *e.Days < 1:
		return s3.BadArgument("'Days' for Expiration action must be a positive integer", "Days", "")
	case e.ExpiredObjectDeleteMarker != nil && l.Filter.tagged():
		return s3.BadRequest("ExpiredObjectDeleteMarker cannot be specified with Tags.")
	}
	return checkDate(e.Date)
}

func checkTransition(days *int, what, class string) error {
	if !slices.Contains(s3.StorageClasses, class) || class == "REDUCED_REDUNDANCY" {
		return s3.MalformedXML()
	}
	switch infrequent := class == "STANDARD_IA" || class == "ONEZONE_IA"; {
	case days == nil:
	case *days < 0:
		return s3.BadArgument(what+" must be nonnegative", "Days", "")
	case infrequent && *days < transitionDays:
		return s3.BadArgument(what+" must be greater than or equal to 30 for storageClass '"+class+"'", "Days", "")
	}
	return nil
}

// checkDate judges a date; empty is none.
func checkDate(date string) error {
	if date == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		if at, err = time.Parse(time.DateOnly, date); err != nil {
			return s3.MalformedXML()
		}
	}
	if !at.Equal(at.UTC().Truncate(24 * time.Hour)) {
		return s3.BadArgument("'Date' must be at midnight GMT", "Date", date)
	}
	return nil
}

func (s *Service) putBucketLifecycle(w http.ResponseWriter, r *wire.Request) error {
	var doc lifecycleDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	if len(doc.Rules) == 0 || len(doc.Rules) > maxRules {
		return s3.MalformedXML()
	}
	seen := map[string]bool{}
	for i := range doc.Rules {
		rule := &doc.Rules[i]
		if err := rule.check(); err != nil {
			return err
		}
		if rule.ID == "" {
			rule.ID = wire.RandomHex(24)
		}
		if seen[rule.ID] {
			return s3.BadArgument("Rule ID must be unique. Found same ID for one or more rules", "ID", rule.ID)
		}
		seen[rule.ID] = true
	}
	minimum := r.Header.Get(minimumHeader)
	switch minimum {
	case "":
		minimum = allClasses
	case allClasses, "varies_by_storage_class":
	default:
		return s3.BadArgument("Invalid TransitionDefaultMinimumObjectSize found: "+minimum, "x-amz-transition-default-minimum-object-size", minimum)
	}
	if err := s.keepDocument(r, lifecycleConfig, lifecycleDocument{Xmlns: s3.Namespace, Rules: doc.Rules}); err != nil {
		return err
	}
	w.Header().Set(minimumHeader, minimum)
	return s.Store.SetBucketConfig(r.Context(), r.Bucket, minimumConfig, []byte(minimum))
}

func (s *Service) getBucketLifecycle(w http.ResponseWriter, r *wire.Request) error {
	minimum, err := s.Store.BucketConfig(r.Context(), r.Bucket, minimumConfig)
	if err == nil {
		w.Header().Set(minimumHeader, string(minimum))
	}
	return s.storedDocument(w, r, lifecycleConfig, s3.Refuse(http.StatusNotFound, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", s3.Field("BucketName", r.Bucket)))
}

func (s *Service) deleteBucketLifecycle(w http.ResponseWriter, r *wire.Request) error {
	if err := s.Store.SetBucketConfig(r.Context(), r.Bucket, minimumConfig, nil); err != nil {
		return err
	}
	return s.forgetDocument(w, r, lifecycleConfig)
}
