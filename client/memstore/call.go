package memstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/bucketseal/bucketseal/client"
)

// An Op is an operation of S3 or KMS, by its name there.
type Op string

// The operations.
const (
	ListBuckets             Op = "ListBuckets"
	CreateBucket            Op = "CreateBucket"
	DeleteBucket            Op = "DeleteBucket"
	GetBucketEncryption     Op = "GetBucketEncryption"
	GetBucketDocument       Op = "GetBucketDocument" // each kind has a name of its own at S3: see Call.Document
	PutBucketDocument       Op = "PutBucketDocument"
	DeleteBucketDocument    Op = "DeleteBucketDocument"
	ListObjects             Op = "ListObjectsV2"
	ListObjectVersions      Op = "ListObjectVersions"
	HeadObject              Op = "HeadObject"
	GetObject               Op = "GetObject"
	PutObject               Op = "PutObject"
	DeleteObjects           Op = "DeleteObjects"
	DeleteObject            Op = "DeleteObject" // also each object of DeleteObjects
	GetObjectTagging        Op = "GetObjectTagging"
	GetObjectACL            Op = "GetObjectAcl"
	PutObjectACL            Op = "PutObjectAcl"
	RestoreObject           Op = "RestoreObject"
	GetObjectRetention      Op = "GetObjectRetention"
	PutObjectRetention      Op = "PutObjectRetention"
	PutObjectLegalHold      Op = "PutObjectLegalHold"
	PutObjectTagging        Op = "PutObjectTagging"
	CreateMultipartUpload   Op = "CreateMultipartUpload"
	UploadPart              Op = "UploadPart"
	ListParts               Op = "ListParts"
	CompleteMultipartUpload Op = "CompleteMultipartUpload"
	AbortMultipartUpload    Op = "AbortMultipartUpload"
	CopyObject              Op = "CopyObject"
	UploadPartCopy          Op = "UploadPartCopy"
	ListMultipartUploads    Op = "ListMultipartUploads"
	ListKeys                Op = "ListKeys"
	DescribeKey             Op = "DescribeKey"
)

// A Call is a call as it reached the store.
type Call struct {
	Op   Op
	At   client.Location
	Nth  int                // of its Op, from 1
	Part int                // UploadPart, UploadPartCopy: its number
	Put  client.PutOptions  // PutObject, CreateMultipartUpload, CopyObject; of UploadPart only the digests
	From client.Source      // CopyObject, UploadPartCopy
	Read client.ReadOptions // HeadObject, GetObject
	Key  client.KeyID       // DescribeKey
	// Document is the kind of a bucket's document that is read, set or removed.
	Document client.DocumentKind
	// Body is what PutObject and UploadPart send, for the hook before them: who
	// reads it takes nothing away, the store begins at the start. Size is how much
	// they said it is.
	Body io.ReadSeeker
	Size int64
}

// RefusedID is the request id of every refusal.
const RefusedID = "req-refused"

// Error is a failure of the call, as s3store would give it.
func (c Call) Error(kind client.Kind) error { return c.fail(kind, "") }

func (c Call) fail(kind client.Kind, why string) error {
	e := &client.Error{Op: string(c.Op), Kind: kind, At: c.At, Status: statusOf(kind), RequestID: RefusedID}
	if why != "" {
		e.Err = errors.New(why)
	}
	return e
}

// refuse is the failure of a call that is not sent at all.
func (c Call) refuse(kind client.Kind, err error) error {
	return &client.Error{Op: string(c.Op), Kind: kind, At: c.At, Err: err}
}

func (c Call) cancelled(ctx context.Context) error {
	return c.refuse(client.KindCancelled, fmt.Errorf("%w: %w", ctx.Err(), context.Cause(ctx)))
}

// statuses are what S3 says with each kind; 400 with every other.
var statuses = map[client.Kind]int{
	client.KindNotFound: http.StatusNotFound, client.KindNoBucket: http.StatusNotFound, client.KindNoUpload: http.StatusNotFound,
	client.KindDenied: http.StatusForbidden, client.KindKeyDenied: http.StatusForbidden, client.KindWrongKey: http.StatusForbidden,
	client.KindBadCredentials: http.StatusForbidden, client.KindExists: http.StatusConflict, client.KindNotEmpty: http.StatusConflict,
	client.KindPrecondition: http.StatusPreconditionFailed, client.KindDeleteMarker: http.StatusMethodNotAllowed,
	client.KindUnavailable: http.StatusServiceUnavailable, client.KindThrottled: http.StatusServiceUnavailable,
	client.KindUnsupported: http.StatusNotImplemented,
	// Nobody answered.
	client.KindNetwork: 0, client.KindStalled: 0, client.KindTLS: 0, client.KindCancelled: 0, client.KindLocal: 0, client.KindRefused: 0,
}

func statusOf(kind client.Kind) int {
	if status, ok := statuses[kind]; ok {
		return status
	}
	return http.StatusBadRequest
}
