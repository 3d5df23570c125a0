package s3store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

const everything = aws.LogSigning | aws.LogRetries | aws.LogRequest | aws.LogRequestWithBody | aws.LogResponse | aws.LogResponseWithBody

// canaries are every form in which a secret of these tests could be written.
var canaries = []string{secretCanary, tokenCanary, rawKey, keyB64}

// quoting is a server that quotes back what it was sent, secrets included.
func quoting(r *http.Request, _ int) *http.Response {
	said := "you sent " + r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key") + " and " + r.Header.Get("X-Amz-Security-Token") +
		" for " + secretCanary + "; canonical: x-amz-server-side-encryption-customer-key:" + keyB64
	return refusal(400, "InvalidArgument", said)
}

func TestNoSecretIsFoundInErrorsOrLogs(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 100}))
	rec := &recorder{answer: quoting}
	s := openRecorded(t, rec, compatible, Options{Log: logger, logMode: everything, Attempts: 2})
	read := client.ReadOptions{Key: sseC(t).Key}
	sealed := client.PutOptions{Encryption: sseC(t)}
	u := client.Upload{At: anywhere, ID: "U", Key: sseC(t).Key, Checksummed: true}
	var failed []error
	note := func(err error) {
		require.Error(t, err)
		failed = append(failed, err)
	}
	note(second(s.Head(t.Context(), anywhere, read)))
	note(third(s.Get(t.Context(), anywhere, read)))
	note(second(s.Put(t.Context(), anywhere, newBody("x"), 1, sealed)))
	note(third(s.CreateUpload(t.Context(), anywhere, sealed)))
	note(second(s.UploadPart(t.Context(), u, 1, newBody("x"), 1, client.Digests{})))
	note(second(s.Parts(t.Context(), u)))
	note(second(s.CompleteUpload(t.Context(), u, []client.Part{{Number: 1}}, client.Checksum{})))
	note(s.Test(t.Context()))

	// The search would find them: they were sent, and they were sent back.
	sent := fmt.Sprint(rec.sent[0].Header)
	assert.Contains(t, sent, keyB64)
	assert.Contains(t, sent, tokenCanary)
	assert.NotEmpty(t, log.String())
	assert.Contains(t, log.String(), "Customer-Key", "the log is as talkative as the SDK can be")

	for _, err := range failed {
		for depth := err; depth != nil; depth = errors.Unwrap(depth) {
			for _, c := range canaries {
				assert.NotContains(t, depth.Error(), c)
				assert.NotContains(t, fmt.Sprintf("%+v %#v", depth, depth), c)
			}
		}
		assert.Contains(t, err.Error(), redacted)
	}
	for _, c := range canaries {
		assert.NotContains(t, log.String(), c)
	}
	for _, c := range canaries {
		assert.NotContains(t, fmt.Sprintf("%v %+v", s.account, failed), c)
	}
}

func TestTheLogOfARealTransferHoldsNoSecretAndNoContent(t *testing.T) {
	var log bytes.Buffer
	e := mock.Start(t)
	s := openAt(t, e, e.SecretKey, Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	at := client.Location{Bucket: "bucket", Key: "k"}
	_, err := s.Put(t.Context(), at, newBody("the content of a file"), 21, client.PutOptions{Encryption: sseC(t)})
	require.NoError(t, err)
	_, body, err := s.Get(t.Context(), at, client.ReadOptions{Key: sseC(t).Key})
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.Contains(t, log.String(), "PUT /bucket/k", "requests are logged")
	for _, c := range append(canaries, e.SecretKey, "the content of a file") {
		assert.NotContains(t, log.String(), c)
	}
	assert.Contains(t, log.String(), redacted)
}

func TestAQuietLogIsQuiet(t *testing.T) {
	var log bytes.Buffer
	s := openRecorded(t, &recorder{}, compatible, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, s.Test(t.Context()))
	assert.Empty(t, log.String())
}

func TestHeadersForPeopleHoldNoSecret(t *testing.T) {
	h := http.Header{"Etag": {`"e"`}, "Set-Cookie": {"session=1"}, "X-Amz-Security-Token": {"t"}, "X-Amz-Server-Side-Encryption-Customer-Key": {"k"}}
	assert.Equal(t, map[string][]string{"Etag": {`"e"`}}, shown(h))
}

func TestASignedURLIsRedacted(t *testing.T) {
	got := redactShapes("GET https://h/k?X-Amz-Signature=abc&X-Amz-Security-Token=tok&versionId=1")
	assert.NotContains(t, got, "abc")
	assert.NotContains(t, got, "=tok")
	assert.True(t, strings.HasSuffix(got, "&versionId=1"), got)
}

func TestAShortSecretGarblesNoMessage(t *testing.T) {
	const said = "access denied: admin is no administrator; AccessKey=admin, /admin/a (a)"
	for secret, want := range map[string]string{
		"":                 said,
		"a":                said,
		"min":              said,
		"admin":            "access denied: redacted is no administrator; AccessKey=redacted, /redacted/a (a)",
		"acce":             said,
		"denied: admin is": "access redacted no administrator; AccessKey=admin, /admin/a (a)",
		"administ":         "access denied: admin is no redactedrator; AccessKey=admin, /admin/a (a)",
	} {
		assert.Equal(t, want, redact(said, client.NewSecret(secret), client.Secret{}), "%q", secret)
	}
	assert.Equal(t, "redacted redacted, xaaaa", redact("aaaa aaaa, xaaaa", client.NewSecret("aaaa")))
	assert.Equal(t, "aaaaa \xffredacted", redact("aaaaa \xffaaaa", client.NewSecret("aaaa")))

	rec := &recorder{answer: always(func() *http.Response { return refusal(403, "AccessDenied", "a person may not do that") })}
	s, err := onPath(client.Account{Name: "a", Endpoint: compatible, AccessKeyID: "AKID"}, client.Credentials{Secret: client.NewSecret("a")}, Options{Transport: rec, backoff: atOnce})
	require.NoError(t, err)
	assert.ErrorContains(t, s.Test(t.Context()), "a person may not do that")
}
