package s3store

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// An answer is what came of a call that succeeded.
type answer struct {
	status  int
	header  http.Header
	raw     []byte        // the document, where it is no object
	body    io.ReadCloser // the object
	length  int64         // of body, -1 for not said
	endless bool          // no end of it was announced in any way
}

// unread says that the document of an answer cannot be read.
func (a *answer) unread(err error) error {
	r := &smithyhttp.Response{Response: &http.Response{StatusCode: a.status, Header: a.header}}
	return &smithyhttp.ResponseError{Response: r, Err: &errNotS3{what: client.Say("the answer cannot be read: %v", err), marked: marked(a.header), cause: err}}
}

// judge takes an answer in: what is none of success, or not S3's, is an error in
// the SDK's types.
func judge(ctx context.Context, op string, resp *http.Response) (*answer, error) {
	r := &smithyhttp.Response{Response: resp}
	err := receive(op, r)
	d, _ := r.Body.(*document)
	a := &answer{status: r.StatusCode, header: r.Header, body: r.Body, length: r.ContentLength}
	if d != nil {
		a.raw = d.raw
	}
	id := ""
	if err == nil && (!succeeded(r.StatusCode)) {
		id, err = refusalOf(r.StatusCode, d)
	}
	if err == nil {
		a.endless = r.ContentLength < 0 && len(r.TransferEncoding) == 0
		if op != "GetObject" {
			_ = r.Body.Close() // read, or a HEAD's
		}
		return a, nil
	}
	_ = r.Body.Close()
	if asksToSlowDown(err, r) {
		client.MonitorOf(ctx).SlowDown()
	}
	return nil, &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{Response: r, Err: err}, RequestID: id,
	}
}

func succeeded(status int) bool { return status >= 200 && status <= 299 }

// refusalOf is a refusal as the SDK has it, with the request id in its document; one
// that says nothing is called by its status.
func refusalOf(status int, d *document) (requestID string, refusal error) {
	var said struct {
		Code      string `xml:"Code"`
		Message   string `xml:"Message"`
		RequestID string `xml:"RequestId"`
	}
	if d != nil {
		if err := xml.NewDecoder(d).Decode(&said); err != nil && !errors.Is(err, io.EOF) {
			return "", errors.Join(err, d.foreign)
		}
	}
	if said.Code == "" && said.Message == "" {
		said.Message = http.StatusText(status)
		said.Code = strings.ReplaceAll(said.Message, " ", "")
	}
	const unknown = "UnknownError"
	refusal = &smithy.GenericAPIError{Code: cmp.Or(said.Code, unknown), Message: cmp.Or(said.Message, unknown)}
	if d != nil && d.foreign != nil {
		refusal = errors.Join(refusal, d.foreign)
	}
	return said.RequestID, refusal
}

// answerOf is the answer to a call of the SDK's.
func answerOf(m middleware.Metadata) *answer {
	a := &answer{header: headersOf(m)}
	if r, ok := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response); ok {
		a.status = r.StatusCode
	}
	return a
}
