// Package s3 is the vocabulary of S3: names of operations, headers and methods of
// encryption, the codes of refusals and the forms in which times, ETags and tags are
// written. It knows no request and keeps nothing.
package s3

import (
	"net"
	"regexp"
	"strings"
	"time"
)

// Namespace of the documents of S3.
const Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// The account that owns everything here, its region where none is named, and the
// bounds of S3.
const (
	DefaultRegion = "us-east-1"
	HostID        = "bucketseal-mock"
	OwnerID       = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
	OwnerName     = "mock"
	AccountID     = "000000000000"
	MaxKeyLength  = 1024    // bytes of UTF-8
	MaxPut        = 5 << 30 // bytes of one PUT or part
)

// Owner is the account as documents tell it.
type Owner struct{ ID, DisplayName string }

// TheOwner owns all buckets and objects.
var TheOwner = Owner{OwnerID, OwnerName}

// StorageClasses that an object may be put in.
var StorageClasses = []string{
	"REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR",
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// ValidBucketName tells whether a bucket may be called so: 3 to 63 of a-z, 0-9, '-'
// and '.', no IP address.
func ValidBucketName(name string) bool {
	return bucketName.MatchString(name) && !strings.Contains(name, "..") && net.ParseIP(name) == nil
}

// QuoteETag is an ETag as headers and most documents tell it.
func QuoteETag(etag string) string { return `"` + etag + `"` }

// Timestamp is a time in an XML document.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// WholeSeconds is a time as HTTP can say it.
func WholeSeconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
