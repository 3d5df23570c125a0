package s3store

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// A condition is a header, or a word of a document, that tells the server to act only on what the caller
// has seen. Most servers take it; whether this one does is learned.
type condition struct{ refused atomic.Bool }

// try makes a call with the condition. A server that refuses the header itself
// is asked without it, and not asked with it again once that went well.
func (c *condition) try(do func(with bool) error) error { return c.tryUnless(refusesHeader, do) }

// tryUnless is try for a condition that may be refused by other answers.
func (c *condition) tryUnless(refuses func(error) bool, do func(with bool) error) error {
	if c.refused.Load() {
		return do(false)
	}
	err := do(true)
	if !refuses(err) {
		return err
	}
	if without := do(false); without != nil {
		return without // it was not the header
	}
	c.refused.Store(true)
	return nil
}

// overwriting is what a write may replace: nothing, the object of an ETag, or
// anything.
type overwriting struct {
	onlyIfAbsent bool
	etag         string
	key          client.CustomerKey // of the object, to ask for it
}

// writing makes a call that writes with If-None-Match: * or If-Match, where one
// is asked for. Some servers compare If-Match with the ETag as the header is
// written, quotes included, and say 412 to the right one (measured on Ceph 16):
// where the object is still that one, and the server not AWS, the ETag goes again
// without.
func (s *Store) writing(ctx context.Context, at client.Location, o overwriting, do func(noneMatch, match *string) error) error {
	if !o.onlyIfAbsent && o.etag == "" {
		return do(nil, nil)
	}
	return s.writes.try(func(with bool) error {
		switch {
		case !with:
			return do(nil, nil)
		case o.onlyIfAbsent:
			return do(aws.String("*"), nil)
		case s.bareTags.Load():
			return do(nil, &o.etag)
		}
		err := do(nil, s.etags.written(o.etag))
		if s.atAWS || !isUnmet(err) || !s.isStill(ctx, at, o) {
			return err
		}
		if err = do(nil, &o.etag); err == nil {
			s.bareTags.Store(true)
		}
		return err
	})
}

// isUnmet reports whether a server says that a condition does not hold.
func isUnmet(err error) bool {
	var answer interface{ HTTPStatusCode() int }
	return errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusPreconditionFailed
}

// isStill reports whether the object is the one of the ETag, as far as the server
// tells.
func (s *Store) isStill(ctx context.Context, at client.Location, o overwriting) bool {
	now, err := s.Head(ctx, at, client.ReadOptions{Key: o.key})
	return err == nil && client.SameETag(now.ETag, o.etag)
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
