package client

import (
	"strings"
	"unicode/utf8"
)

// Scheme is how a Location begins when it is written out.
const Scheme = "s3://"

// MaxKeyBytes is the longest object key, in bytes of UTF-8.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const MaxKeyBytes = 1024

// A Location is a place in a store: a bucket, a folder in it (Key ends in "/"
// or is empty) or an object. Keys are kept verbatim: "a//b", "./x" and
// "../x" are legal and three different objects.
type Location struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key,omitempty"`
}

// ParseLocation reads "s3://bucket", "s3://bucket/" or "s3://bucket/key".
// Everything after the bucket's slash is the key, unchanged: nothing is
// decoded or cleaned. "s3://" alone is the list of buckets. The ARN of an access point
// stands in the place of a bucket.
func ParseLocation(s string) (Location, error) {
	rest, ok := strings.CutPrefix(s, Scheme)
	if !ok {
		return Location{}, Say("%q is not a location: write s3://BUCKET or s3://BUCKET/KEY", s).Err()
	}
	bucket, key, _ := strings.Cut(ofAccessPoint(rest), "/")
	if bucket == "" && key != "" {
		return Location{}, Say("%q names no bucket: write s3://BUCKET/KEY", s).Err()
	}
	l := Location{Bucket: bucket, Key: key}
	if err := l.check(); err != nil {
		return Location{}, Say("%q: %v", s, err).Err()
	}
	return l, nil
}

// ofAccessPoint writes the ARN of an access point, where there is one, by the form of
// ARNs that has no slash: arn:aws:s3:REGION:ACCOUNT:accesspoint:NAME.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
func ofAccessPoint(bucket string) string {
	before, after, ok := strings.Cut(bucket, ":accesspoint/")
	if !ok || !strings.HasPrefix(before, "arn:") || strings.Contains(before, "/") {
		return bucket
	}
	return before + ":accesspoint:" + after
}

// check refuses what no S3 server can hold. Names a particular server refuses
// are for that server to refuse.
func (l Location) check() error {
	switch {
	case strings.ContainsAny(l.Bucket, " \t\r\n\x00\\?#"):
		return Say("a bucket name has no blanks and none of \\ ? #").Err()
	case len(l.Key) > MaxKeyBytes:
		return Say("the key is %d bytes long, %d is the most S3 takes", len(l.Key), MaxKeyBytes).Err()
	case !utf8.ValidString(l.Key):
		return Say("the key is not valid UTF-8").Err()
	}
	return nil
}

// CheckKey says whether an object may be written here: it has a bucket and a
// key that S3 can hold.
func (l Location) CheckKey() error {
	if l.Bucket == "" {
		return Say("no bucket is named").Err()
	}
	if l.Key == "" {
		return Say("no object is named").Err()
	}
	return l.check()
}

// String writes the location so that [ParseLocation] reads it back.
func (l Location) String() string {
	if l.Key == "" {
		return Scheme + l.Bucket
	}
	return Scheme + l.Bucket + "/" + l.Key
}

// IsFolder reports whether the location names a bucket or a folder in it,
// rather than an object.
func (l Location) IsFolder() bool { return l.Key == "" || strings.HasSuffix(l.Key, "/") }

// Folder is the same location as a folder: its key ends in "/" unless it is
// the bucket itself.
func (l Location) Folder() Location {
	if l.IsFolder() {
		return l
	}
	return Location{l.Bucket, l.Key + "/"}
}

// Holds reports whether an object is in a folder or bucket, or further down;
// the zero Location holds none.
func (l Location) Holds(at Location) bool {
	return l.Bucket != "" && at.Bucket == l.Bucket && len(at.Key) > len(l.Key) && strings.HasPrefix(at.Key, l.Key)
}

// Join is the object or folder called name inside the folder l.
func (l Location) Join(name string) Location {
	return Location{l.Bucket, l.Folder().Key + name}
}

// Parent is the folder that holds l; the parent of a bucket is the list of
// buckets, whose parent is itself.
func (l Location) Parent() Location {
	if l.Key == "" {
		return Location{}
	}
	k := strings.TrimSuffix(l.Key, "/")
	if i := strings.LastIndexByte(k, '/'); i >= 0 {
		return Location{l.Bucket, k[:i+1]}
	}
	return Location{Bucket: l.Bucket}
}

// Base is the last name of the location, with the "/" of a folder kept off:
// what a list shows. The base of a bucket is the bucket's name.
func (l Location) Base() string {
	if l.Key == "" {
		return l.Bucket
	}
	k := strings.TrimSuffix(l.Key, "/")
	return k[strings.LastIndexByte(k, '/')+1:]
}
