package s3store

import (
	"context"
	"errors"
	"net/http/httputil"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// A sender makes a call and gives its answer.
type sender func(context.Context, *request) (*answer, error)

// plain makes calls without the SDK's middleware: a request signed here, sent by
// the network that the SDK is given, repeated by the rules that it is given, its
// failures in the SDK's own types, so that one table understands both.
type plain struct {
	sdk     s3.Options // where requests go, for whom and with which credentials
	can     *abilities
	network *watchdog
	places  addresses
	clock   clock
	signIn  *signIn // nil where an access key is all there is
	pays    bool    // we pay for what we ask of others' buckets
	log     logging.Logger
	logged  aws.ClientLogMode
}

// send makes a call and gives its answer. The body of an object streams, and the
// caller closes it; every other answer has been read.
func (p *plain) send(ctx context.Context, q *request) (*answer, error) {
	if !p.can.lets(q.op, q.at.Bucket) {
		return nil, &errForbidden{q.op}
	}
	a, err := p.untilAnswered(ctx, q)
	if err != nil {
		return nil, &smithy.OperationError{ServiceID: "S3", OperationName: q.op, Err: err}
	}
	return a, nil
}

// untilAnswered tries as often as the request's rules have it. A call whose time is
// up says why the tries before failed, where somebody waits for it.
func (p *plain) untilAnswered(ctx context.Context, q *request) (*answer, error) {
	to, err := p.places.of(ctx, p.sdk, q.call)
	if err != nil {
		return nil, err
	}
	https := to.scheme == "https"
	if !https {
		if err := q.hold(); err != nil {
			return nil, err
		}
	}
	payload, err := q.payload(https)
	if err != nil {
		return nil, err
	}
	var last error
	release := func(error) error { return nil }
	for n := 1; ; n++ {
		if n > 1 && p.logged.IsRetries() {
			p.log.Logf(logging.Debug, "retrying request S3/%s, attempt %d", q.op, n)
		}
		a, err := p.once(ctx, q, to, payload, n)
		if lost := release(err); lost != nil && err != nil {
			return nil, lost
		}
		if err == nil {
			return a, nil
		}
		if release, err = again(context.WithValue(ctx, lastFailureKey{}, &last), q.tries, n, err); err == nil {
			continue
		}
		if last != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, last
		}
		return nil, err
	}
}

// again waits until try number n+1 may be made; the error is why it may not. What
// it returns takes what becomes of the try.
func again(ctx context.Context, rules aws.Retryer, n int, failed error) (func(error) error, error) {
	if !rules.IsErrorRetryable(failed) {
		return nil, failed
	}
	if most := rules.MaxAttempts(); most > 0 && n >= most {
		return nil, &retry.MaxAttemptsError{Attempt: n, Err: failed}
	}
	release, err := rules.GetRetryToken(ctx, failed)
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	delay, err := rules.RetryDelay(n, failed)
	if err != nil {
		return nil, err
	}
	if client.Rest(ctx, delay) != nil || ctx.Err() != nil {
		return nil, &aws.RequestCanceledError{Err: ctx.Err()}
	}
	return release, nil
}

// once signs a request for this moment, sends it and judges what comes.
func (p *plain) once(ctx context.Context, q *request, to *address, payload string, n int) (*answer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lead := p.clock.lead()
	signed, err := p.sign(ctx, q, to, payload, time.Now().Add(lead))
	if err != nil {
		return nil, err
	}
	p.note(p.logged.IsRequest(), "Request", func() ([]byte, error) {
		r, _ := signed.ofHTTP()
		return httputil.DumpRequestOut(r, false)
	})
	sent := time.Now()
	try := sendout{n: n, most: q.tries.MaxAttempts(), answer: 2 * p.network.stall}
	if client.TurnOf(ctx) != nil { // who waits at the screen has fewer tries, each of them patient
		try = p.network.usual.hurried(try, signed)
	}
	resp, err := p.network.sendSigned(ctx, signed, try)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, &smithy.CanceledError{Err: ctx.Err()}
	case err != nil:
		return nil, &smithyhttp.RequestSendError{Err: err}
	}
	p.note(p.logged.IsResponse(), "Response", func() ([]byte, error) { return httputil.DumpResponse(resp, false) })
	observed, told := leadIn(resp.Header, sent)
	if told {
		p.clock.ahead.Store(int64(observed))
	}
	a, err := judge(ctx, q.op, resp)
	if err != nil {
		p.signIn.refused(signed.by, err)
	}
	if err != nil && told {
		err = blamed(err, lead, observed)
	}
	return a, err
}

func (p *plain) note(wanted bool, what string, dump func() ([]byte, error)) {
	if !wanted {
		return
	}
	if raw, err := dump(); err == nil {
		p.log.Logf(logging.Debug, what+"\n%v", string(raw))
	}
}
