package s3store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

var anywhere = client.Location{Bucket: "bkt", Key: "k"}

// openURL opens a store at a server of this test, trusting what it is given.
func openURL(t *testing.T, url, caFile string, o Options) *Store {
	t.Helper()
	o.backoff = atOnce
	s, err := onPath(client.Account{Name: "test", Endpoint: url, CAFile: caFile, AccessKeyID: "AKID"},
		client.Credentials{AccessKeyID: "AKID", Secret: client.NewSecret(secretCanary)}, o)
	require.NoError(t, err)
	return s
}

func TestAnUntrustedCertificateIsSaidOnce(t *testing.T) {
	var connections int
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections++
		}
	}
	srv.Config.ErrorLog = discard
	srv.StartTLS()
	defer srv.Close()
	err := openURL(t, srv.URL, "", Options{}).Test(t.Context())
	srv.Close()
	assert.Equal(t, client.KindTLS.String(), client.KindOf(err).String(), "%v", err)
	assert.Equal(t, 1, connections, "asking again makes no certificate good")
}

func TestACertificateForAnotherHostIsNotTrusted(t *testing.T) {
	e := mock.Start(t)
	s := openURL(t, strings.Replace(e.URL, "127.0.0.1", "127.0.0.2", 1), e.CAFile, Options{})
	err := s.Test(t.Context())
	assert.Contains(t, []client.Kind{client.KindTLS, client.KindNetwork}, client.KindOf(err), "%v", err)
	assert.Error(t, err)
}

func TestTLSBelowOneTwoIsRefused(t *testing.T) {
	network, err := newNetwork(client.Account{}, Options{})
	require.NoError(t, err)
	transport := network.client.Transport.(*lines).through.(*http.Transport)
	assert.EqualValues(t, tls.VersionTLS12, transport.TLSClientConfig.MinVersion)
	assert.GreaterOrEqual(t, transport.MaxIdleConnsPerHost, 64)
	assert.False(t, transport.Protocols.HTTP2(), "parts travel on connections of their own")
}

func TestAServerThatIsNotThereIsANetworkFailure(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	err = openURL(t, "http://"+l.Addr().String(), "", Options{}).Test(t.Context())
	assert.Equal(t, client.KindNetwork.String(), client.KindOf(err).String(), "%v", err)
}

func TestADeadlineOfTheCallerIsAStall(t *testing.T) {
	rec := &recorder{}
	ctx, stop := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer stop()
	err := openRecorded(t, rec, compatible, Options{}).Test(ctx)
	assert.Equal(t, client.KindStalled.String(), client.KindOf(err).String(), "%v", err)
}

func TestAnAnswerToAnotherQuestionIsUnsupported(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return reply(200, nil, "the object itself, and no XML") })}
	_, err := openRecorded(t, rec, compatible, Options{}).Tags(t.Context(), anywhere, "")
	assert.Equal(t, client.KindUnsupported.String(), client.KindOf(err).String(), "%v", err)
}

func TestAFailureNobodyExpectedIsUnknownAndKept(t *testing.T) {
	s := openRecorded(t, &recorder{}, compatible, Options{})
	strange := errors.New("strange")
	err := s.fail(call{op: "GetObject", at: anywhere}, strange)
	assert.Equal(t, client.KindUnknown, client.KindOf(err))
	assert.ErrorIs(t, err, strange)
	assert.NoError(t, s.fail(call{}, nil))
	own := &client.Error{Op: "open", Kind: client.KindLocal}
	assert.Same(t, own, s.fail(call{op: "PutObject"}, fmt.Errorf("wrapped: %w", own)), "one border, one decision")
}

func TestAnUploadWithoutAPlaceIsInvalid(t *testing.T) {
	rec := &recorder{}
	_, err := openRecorded(t, rec, compatible, Options{}).UploadPart(t.Context(), client.Upload{}, 1, newBody("x"), 1, client.Digests{})
	assert.Equal(t, client.KindInvalid.String(), client.KindOf(err).String(), "%v", err)
	assert.Zero(t, rec.count())
}

func TestAWrongRegionNamesTheRightOne(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response {
		r := refusal(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.")
		r.Header.Set("X-Amz-Bucket-Region", "eu-west-1")
		return r
	})}
	_, err := openRecorded(t, rec, "", Options{}).List(t.Context(), client.Location{Bucket: "bkt"}, client.ListOptions{})
	assert.Equal(t, client.KindWrongRegion.String(), client.KindOf(err).String())
	assert.ErrorContains(t, err, "eu-west-1")
}

func TestAnErrorKeepsTheServersWords(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(403, "AccessDenied", "no entry") })}
	_, _, err := openRecorded(t, rec, compatible, Options{}).Get(t.Context(), anywhere, client.ReadOptions{})
	var e *client.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "GetObject", e.Op)
	assert.Equal(t, anywhere, e.At)
	assert.Equal(t, 403, e.Status)
	assert.Equal(t, "AccessDenied", e.Code)
	assert.Equal(t, "no entry", e.Message)
	assert.Equal(t, "REQ1", e.RequestID)
	assert.Error(t, e.Err)
}
