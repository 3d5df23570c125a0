package wire

import (
	"net/url"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
)

// Address is what a request is about.
type Address struct{ Bucket, Key string }

// Level is "service", "bucket" or "object".
func (a Address) Level() string {
	switch {
	case a.Bucket == "":
		return "service"
	case a.Key == "":
		return "bucket"
	}
	return "object"
}

// Source is the object named by x-amz-copy-source.
type Source struct {
	Address
	Version string
}

// SourceOf reads x-amz-copy-source.
func SourceOf(r *Request) (Source, error) {
	header := r.Header.Get("X-Amz-Copy-Source")
	path, version, named := strings.Cut(header, "?versionId=")
	path, err := url.PathUnescape(path)
	if err == nil && named {
		version, err = url.PathUnescape(version)
	}
	if !named { // some clients escape the whole header
		path, version, named = strings.Cut(path, "?versionId=")
	}
	if named && version == "" {
		return Source{}, s3.BadArgument("Version id cannot be the empty string", "x-amz-copy-source", "")
	}
	if err != nil {
		return Source{}, s3.BadArgument("Invalid copy source encoding", "x-amz-copy-source", header)
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case !s3.ValidBucketName(bucket):
		return Source{}, s3.BadArgument("Invalid copy source bucket name", "x-amz-copy-source", header)
	case key == "":
		return Source{}, s3.BadArgument("Invalid copy source object key", "x-amz-copy-source", key)
	}
	return Source{Address{bucket, key}, version}, nil
}
