package s3store

import (
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A condition is a header that tells the server to act only on what the caller
// has seen. Most servers take it; whether this one does is learned.
type condition struct{ refused atomic.Bool }

// try makes a call with the condition. A server that refuses the header itself
// is asked without it, and not asked with it again once that went well.
func (c *condition) try(do func(with bool) error) error {
	if c.refused.Load() {
		return do(false)
	}
	err := do(true)
	if !refusesHeader(err) {
		return err
	}
	if without := do(false); without != nil {
		return without // it was not the header
	}
	c.refused.Store(true)
	return nil
}

// writing makes a call that writes with If-None-Match: * or If-Match, where one
// is asked for.
func (s *Store) writing(onlyIfAbsent bool, etag string, do func(noneMatch, match *string) error) error {
	if !onlyIfAbsent && etag == "" {
		return do(nil, nil)
	}
	return s.writes.try(func(with bool) error {
		switch {
		case !with:
			return do(nil, nil)
		case onlyIfAbsent:
			return do(aws.String("*"), nil)
		}
		return do(nil, s.etags.written(etag))
	})
}

// refusesHeader reports whether an answer could mean that the server does not
// take a header: it says that something is not implemented, or not valid.
func refusesHeader(err error) bool {
	var answer interface{ HTTPResponse() *smithyhttp.Response }
	if !errors.As(err, &answer) || answer.HTTPResponse() == nil || refusesChecksums(err) {
		return false
	}
	switch answer.HTTPResponse().StatusCode {
	case http.StatusNotImplemented:
		return true
	case http.StatusBadRequest:
		var api smithy.APIError
		if !errors.As(err, &api) {
			return false
		}
		switch api.ErrorCode() {
		case "NotImplemented", "InvalidArgument", "InvalidRequest", "UnsupportedHeader", "UnsupportedOperation":
			return true
		}
	}
	return false
}

// isOvertaken reports whether another write to the same name was under way at
// the same moment: the same call is answered for good a moment later.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func isOvertaken(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ConditionalRequestConflict"
}
