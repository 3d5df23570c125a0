package s3store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// Answers pass two gates before and after the SDK reads them. The first, next
// to the network, takes an answer in: it reads documents within bounds, refuses
// what is not S3's, and keeps from the SDK the headers it would stumble over.
// The second, behind the SDK, mends a document of which one field could not be
// read, and has it read again; it also tells whoever waits that
// the server asks to slow down.

// addGates puts both gates into the stack of an operation.
func addGates(stack *middleware.Stack) error {
	op := stack.ID()
	first := middleware.DeserializeMiddlewareFunc("bucketseal:Receive",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			if again, ok := ctx.Value(mendedKey{}).(*smithyhttp.Response); ok {
				var m middleware.Metadata
				m.Set(headersKey{}, again.Header)
				m.Set(documentKey{}, again.Body)
				return middleware.DeserializeOutput{RawResponse: again}, m, nil
			}
			out, m, err := next.HandleDeserialize(ctx, in)
			r, ok := out.RawResponse.(*smithyhttp.Response)
			if err != nil || !ok {
				return out, m, err
			}
			seen := copyOf(r)
			err = receive(op, seen)
			if succeeded(r.StatusCode) {
				for _, name := range typedHeaders {
					seen.Header.Del(name)
				}
			}
			out.RawResponse = seen
			m.Set(headersKey{}, r.Header)
			m.Set(documentKey{}, seen.Body)
			return out, m, err
		})
	second := middleware.DeserializeMiddlewareFunc("bucketseal:Mend", mendAndReadAgain)
	return errors.Join(
		stack.Deserialize.Add(first, middleware.After),
		stack.Deserialize.Insert(second, "OperationDeserializer", middleware.Before))
}

type (
	mendedKey   struct{} // in a context: the answer to read instead of asking again
	headersKey  struct{} // in the metadata: the headers as they came
	documentKey struct{} // in the metadata: the body as the SDK was given it
)

func mendAndReadAgain(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, m, err := next.HandleDeserialize(ctx, in)
	r, ok := out.RawResponse.(*smithyhttp.Response)
	if err == nil || !ok {
		return out, m, err
	}
	if asksToSlowDown(err, r) {
		client.MonitorOf(ctx).SlowDown()
	}
	d, ok := m.Get(documentKey{}).(*document)
	if !ok {
		return out, m, err
	}
	var unread *smithy.DeserializationError
	switch {
	case d.foreign != nil:
		return out, m, errors.Join(err, d.foreign)
	case !errors.As(err, &unread):
		return out, m, err
	}
	mended, broken := mend(d.raw)
	if broken != nil {
		return out, m, &errNotS3{what: client.Say("the answer cannot be read: %v", broken), marked: marked(r.Header), cause: err}
	}
	again := copyOf(r)
	again.Body = newDocument(mended)
	out, m, err = next.HandleDeserialize(context.WithValue(ctx, mendedKey{}, again), in)
	if errors.As(err, &unread) {
		err = &errNotS3{what: client.Say("the answer cannot be read: %v", unread.Err), marked: marked(r.Header), cause: err}
	}
	return out, m, err
}

// receive takes an answer in: its body becomes the document that was read, but for
// an object, which streams unless it is a refusal.
func receive(op string, r *smithyhttp.Response) error {
	switch {
	case !succeeded(r.StatusCode):
		d, err := refusalIn(r)
		r.Body = d
		return err
	case r.Request != nil && r.Request.Method == http.MethodHead:
		return nil
	case op == "GetObject":
		return refusalInstead(r)
	}
	raw, err := readWithin(r.Body, largestDocument, r.ContentLength)
	if err != nil {
		return err
	}
	d := newDocument(raw)
	r.Body = d
	err = checkAnswer(op, r.Header, raw)
	return d.asRefusal(r, err)
}

// copyOf is an answer whose headers, status and body may be changed.
func copyOf(r *smithyhttp.Response) *smithyhttp.Response {
	plain := *r.Response
	plain.Header = r.Header.Clone()
	return &smithyhttp.Response{Response: &plain}
}

// typedHeaders are read by the SDK as dates, numbers or truth values, and one
// that is none of these would make it drop the answer. What is needed of them is
// read by objectFrom, which takes an odd one as not told.
var typedHeaders = []string{
	"Last-Modified", "Content-Length", "X-Amz-Missing-Meta", "X-Amz-Mp-Parts-Count", "X-Amz-Tagging-Count", "X-Amz-Delete-Marker",
	"X-Amz-Server-Side-Encryption-Bucket-Key-Enabled", "X-Amz-Object-Lock-Retain-Until-Date", "X-Amz-Abort-Date", "X-Amz-Object-Size",
}

// checkAnswer refuses what is no answer to the operation.
func checkAnswer(op string, h http.Header, raw []byte) error {
	n, _ := needOf(op)
	switch {
	case n.of != "" && n.asks() && h.Get("Etag") != "":
		return &errNotS3{what: client.Say("the answer is the object itself, whatever was asked about it"), marked: true}
	case n.root == jsonDocument:
		return checkJSON(h, raw)
	case op == "GetPublicAccessBlock" && isRoot(raw, cephPublicAccess):
		return checkShape(raw)
	case documents[op] != "":
		return checkDocument(h, raw, documents[op])
	}
	return checkNoPage(h, raw)
}

func isRoot(raw []byte, name string) bool {
	root, err := rootOf(raw)
	return err == nil && root == name
}

// documents are the operations answered by a document, with its root element.
var documents = func() map[string]string {
	all := map[string]string{
		"DeleteObjects": "DeleteResult", "CreateMultipartUpload": "InitiateMultipartUploadResult",
		"CompleteMultipartUpload": "CompleteMultipartUploadResult", "CopyObject": "CopyObjectResult", "UploadPartCopy": "CopyPartResult",
	}
	for _, n := range needs {
		if n.root != "" && n.root != noDocument && n.root != jsonDocument {
			all[n.operation] = n.root
		}
	}
	return all
}()

// checkJSON refuses what is no object of JSON, as policies are.
func checkJSON(h http.Header, raw []byte) error {
	text := bytes.TrimSpace(raw)
	if len(text) > 0 && text[0] == '{' && json.Valid(text) {
		return nil
	}
	if root, err := rootOf(raw); err == nil && root == "Error" {
		return refusedIn200(raw)
	}
	return &errNotS3{what: whatCame(h, raw), marked: marked(h)}
}
