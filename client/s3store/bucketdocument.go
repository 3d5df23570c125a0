package s3store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5; nothing is secured by it
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"

	"github.com/bucketseal/bucketseal/client"
)

var _ client.Documents = (*Store)(nil)

// A documentCall is how a kind of documents is asked for: the sub-resource, and the
// operations as the table of needs names them.
type documentCall struct{ sub, get, put, remove string }

// documentCalls are sent as plain HTTP, so that a document arrives as it was written and
// is shown as the server has it, elements included that the SDK does not know yet. Logging
// is switched off by an empty document.
var documentCalls = map[client.DocumentKind]documentCall{
	client.PolicyDocument:        {"policy", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"},
	client.VersioningDocument:    {"versioning", "GetBucketVersioning", "PutBucketVersioning", ""},
	client.EncryptionDocument:    {"encryption", "GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption"},
	client.LifecycleDocument:     {"lifecycle", "GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration", "DeleteBucketLifecycle"},
	client.CORSDocument:          {"cors", "GetBucketCors", "PutBucketCors", "DeleteBucketCors"},
	client.TagsDocument:          {"tagging", "GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging"},
	client.PublicAccessDocument:  {"publicAccessBlock", "GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock"},
	client.OwnershipDocument:     {"ownershipControls", "GetBucketOwnershipControls", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls"},
	client.ACLDocument:           {"acl", "GetBucketAcl", "PutBucketAcl", ""},
	client.WebsiteDocument:       {"website", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"},
	client.LoggingDocument:       {"logging", "GetBucketLogging", "PutBucketLogging", "PutBucketLogging"},
	client.RequesterPaysDocument: {"requestPayment", "GetBucketRequestPayment", "PutBucketRequestPayment", ""},
	client.AccelerateDocument:    {"accelerate", "GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration", ""},
	client.ObjectLockDocument:    {"object-lock", "GetObjectLockConfiguration", "PutObjectLockConfiguration", ""},
	client.NotificationDocument:  {"notification", "GetBucketNotificationConfiguration", "", ""},
	client.ReplicationDocument:   {"replication", "GetBucketReplication", "", ""},
	client.InventoryDocument:     {"inventory", "ListBucketInventoryConfigurations", "", ""},
}

// Document is a document as the server has it, nil where nothing is set.
func (s *Store) Document(ctx context.Context, bucket string, kind client.DocumentKind) ([]byte, error) {
	d := documentCalls[kind]
	c := call{op: d.get, at: client.Location{Bucket: bucket}}
	if d.get == "" || bucket == "" {
		c.op = cmp.Or(c.op, "document")
		return nil, s.refuse(c, client.KindInvalid, client.Say("there is no document %q of a bucket", string(kind)).Err())
	}
	a, err := s.plainly(ctx, &request{call: c, method: http.MethodGet, query: d.sub + "=", tries: s.waiting})
	s.can.learn(d.get, bucket, err)
	if err != nil {
		failed := s.fail(c, err)
		if client.KindOf(failed) == client.KindNotFound {
			return nil, nil // of its kind: that the bucket is missing is KindNoBucket
		}
		return nil, failed
	}
	form, _ := client.FormOf(kind)
	raw := a.raw
	if kind == client.PublicAccessDocument && isRoot(raw, cephPublicAccess) {
		if !bytes.Contains(raw, []byte("true")) {
			return nil, nil // Ceph tells this of a bucket where none is set
		}
		raw = bytes.ReplaceAll(raw, []byte(cephPublicAccess), []byte(form.Root))
	}
	if form.Root != "" && isEmptyDocument(raw) {
		return nil, nil
	}
	return raw, nil
}

// cephPublicAccess is what Ceph 16 calls the root of a public access block that it tells;
// it takes one under the name that S3 gives it.
const cephPublicAccess = "BlockPublicAccessBlockConfiguration"

// isEmptyDocument reports whether a document is a root element with nothing in it, by
// which servers say that nothing is set. An inventory says no more than that there is
// nothing more.
func isEmptyDocument(raw []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(raw))
	depth, skipped := 0, 0
	for {
		t, err := d.Token()
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			switch {
			case depth == 2 && t.Name.Local == "IsTruncated":
				skipped = depth
			case depth > 1:
				return false
			}
		case xml.EndElement:
			if depth == skipped {
				skipped = 0
			}
			depth--
		case xml.CharData:
			if skipped == 0 && len(bytes.TrimSpace(t)) > 0 {
				return false
			}
		}
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// SetDocument replaces a document.
func (s *Store) SetDocument(ctx context.Context, bucket string, kind client.DocumentKind, document []byte) error {
	return s.changeDocument(ctx, bucket, kind, http.MethodPut, document)
}

// RemoveDocument removes what is set.
func (s *Store) RemoveDocument(ctx context.Context, bucket string, kind client.DocumentKind) error {
	if kind == client.LoggingDocument {
		form, _ := client.FormOf(kind)
		return s.changeDocument(ctx, bucket, kind, http.MethodPut, []byte(`<`+form.Root+` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`))
	}
	return s.changeDocument(ctx, bucket, kind, http.MethodDelete, nil)
}

func (s *Store) changeDocument(ctx context.Context, bucket string, kind client.DocumentKind, method string, document []byte) error {
	d, c := documentCalls[kind], call{at: client.Location{Bucket: bucket}}
	if c.op = d.put; method == http.MethodDelete {
		c.op = d.remove
	}
	c.op = cmp.Or(c.op, d.get, "document")
	form, err := changeable(kind, method == http.MethodDelete)
	if err != nil {
		return s.refuse(c, client.KindInvalid, err)
	}
	if !s.can.lets(c.op, bucket) || method == http.MethodDelete {
		now, err := s.Document(ctx, bucket, kind) // its answer says whether the server knows them
		if err != nil || method == http.MethodDelete && now == nil {
			return err
		}
	}
	q := &request{call: c, method: method, query: d.sub + "=", tries: s.waiting}
	if method == http.MethodPut {
		sum := md5.Sum(document) //nolint:gosec // as above
		q.header.set("Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
		q.header.set("Content-Type", "application/xml")
		if form.Root == "" {
			q.header.set("Content-Type", "application/json")
		}
		q.document(document)
	}
	_, err = s.plainly(ctx, q)
	return s.fail(c, err)
}

// changeable is the form of a kind of which documents are changed, or removed.
func changeable(kind client.DocumentKind, remove bool) (client.DocumentForm, error) {
	form, known := client.FormOf(kind)
	if !known {
		return form, client.Say("there is no document %q of a bucket", string(kind)).Err()
	}
	return form, form.CanChange(remove)
}
