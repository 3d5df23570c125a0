package mock

import (
	"encoding/xml"
	"net/http"
	"slices"
	"time"
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
		return malformedXML()
	}
	if f := l.Filter; f != nil {
		given := 0
		for _, there := range []bool{f.Prefix != nil, f.Tag != nil, f.GreaterThan != nil, f.LessThan != nil, f.And != nil} {
			if there {
				given++
			}
		}
		if given > 1 {
			return malformedXML()
		}
	}
	if len(l.ID) > 255 {
		return badArgument("ID length should not exceed allowed limit of 255", "ID", l.ID)
	}
	if l.Expiration == nil && l.Transitions == nil && l.NoncurrentExpiration == nil && l.NoncurrentTransitions == nil && l.Abort == nil {
		return badRequest("At least one action needs to be specified in a rule")
	}
	if err := l.checkExpiration(); err != nil {
		return err
	}
	for _, t := range l.Transitions {
		if (t.Days == nil) == (t.Date == "") {
			return malformedXML()
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
			return malformedXML()
		}
		if err := checkTransition(t.Days, "'NoncurrentDays' in NoncurrentVersionTransition action", t.StorageClass); err != nil {
			return err
		}
	}
	switch e := l.NoncurrentExpiration; {
	case e != nil && e.Days == nil:
		return malformedXML()
	case e != nil && *e.Days < 1:
		return badArgument("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer", "NoncurrentDays", "")
	}
	switch {
	case l.Abort == nil:
	case l.Abort.Days == nil:
		return malformedXML()
	case *l.Abort.Days < 1:
		return badArgument("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer", "DaysAfterInitiation", "")
	case l.Filter.tagged():
		return badRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.")
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
		return malformedXML()
	case e.Days != nil && *e.Days < 1:
		return badArgument("'Days' for Expiration action must be a positive integer", "Days", "")
	case e.ExpiredObjectDeleteMarker != nil && l.Filter.tagged():
		return badRequest("ExpiredObjectDeleteMarker cannot be specified with Tags.")
	}
	return checkDate(e.Date)
}

func checkTransition(days *int, what, class string) error {
	if !slices.Contains(storageClasses, class) || class == "REDUCED_REDUNDANCY" {
		return malformedXML()
	}
	switch infrequent := class == "STANDARD_IA" || class == "ONEZONE_IA"; {
	case days == nil:
	case *days < 0:
		return badArgument(what+" must be nonnegative", "Days", "")
	case infrequent && *days < transitionDays:
		return badArgument(what+" must be greater than or equal to 30 for storageClass '"+class+"'", "Days", "")
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
			return malformedXML()
		}
	}
	if !at.Equal(at.UTC().Truncate(24 * time.Hour)) {
		return badArgument("'Date' must be at midnight GMT", "Date", date)
	}
	return nil
}

func (s *Server) putBucketLifecycle(w http.ResponseWriter, r *request) error {
	var doc lifecycleDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	if len(doc.Rules) == 0 || len(doc.Rules) > maxRules {
		return malformedXML()
	}
	seen := map[string]bool{}
	for i := range doc.Rules {
		rule := &doc.Rules[i]
		if err := rule.check(); err != nil {
			return err
		}
		if rule.ID == "" {
			rule.ID = randomHex(24)
		}
		if seen[rule.ID] {
			return badArgument("Rule ID must be unique. Found same ID for one or more rules", "ID", rule.ID)
		}
		seen[rule.ID] = true
	}
	minimum := r.Header.Get(minimumHeader)
	switch minimum {
	case "":
		minimum = allClasses
	case allClasses, "varies_by_storage_class":
	default:
		return badArgument("Invalid TransitionDefaultMinimumObjectSize found: "+minimum, "x-amz-transition-default-minimum-object-size", minimum)
	}
	if err := s.keepDocument(r, lifecycleConfig, lifecycleDocument{Xmlns: namespace, Rules: doc.Rules}); err != nil {
		return err
	}
	w.Header().Set(minimumHeader, minimum)
	return s.store.SetBucketConfig(r.Context(), r.bucket, minimumConfig, []byte(minimum))
}

func (s *Server) getBucketLifecycle(w http.ResponseWriter, r *request) error {
	minimum, err := s.store.BucketConfig(r.Context(), r.bucket, minimumConfig)
	if err == nil {
		w.Header().Set(minimumHeader, string(minimum))
	}
	return s.storedDocument(w, r, lifecycleConfig, refuse(http.StatusNotFound, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", field("BucketName", r.bucket)))
}

func (s *Server) deleteBucketLifecycle(w http.ResponseWriter, r *request) error {
	if err := s.store.SetBucketConfig(r.Context(), r.bucket, minimumConfig, nil); err != nil {
		return err
	}
	return s.forgetDocument(w, r, lifecycleConfig)
}
