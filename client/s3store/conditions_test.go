package s3store

import (
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// conditionsOf are the conditions of the requests that were sent.
func conditionsOf(rec *recorder) (all []string) {
	for _, r := range rec.sent {
		all = append(all, strings.TrimSpace(r.Method+" "+r.Header.Get("If-None-Match")+r.Header.Get("If-Match")))
	}
	return all
}

var once = client.PutOptions{Encryption: client.Inherit{}, OnlyIfAbsent: true}

func putA(t *testing.T, s *Store, o client.PutOptions) error {
	t.Helper()
	_, err := s.Put(t.Context(), client.Location{Bucket: "bkt", Key: "a"}, strings.NewReader("body"), 4, o)
	return err
}

// A server that does not take the headers is asked with them once.
func TestConditionsThatAServerRefusesAreLeftOffOnceThatIsKnown(t *testing.T) {
	for name, refused := range map[string]func() *http.Response{
		"501": func() *http.Response {
			return refusal(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
		},
		"501 without code": func() *http.Response { return reply(501, nil, "") },
		"400":              func() *http.Response { return refusal(400, "InvalidArgument", "If-None-Match is not supported") },
	} {
		t.Run(name, func(t *testing.T) {
			rec := &recorder{}
			rec.answer = func(r *http.Request, _ int) *http.Response {
				if r.Header.Get("If-None-Match")+r.Header.Get("If-Match") != "" {
					return refused()
				}
				return agree(r, 0)
			}
			s := openRecorded(t, rec, compatible, Options{Attempts: 1})
			require.NoError(t, putA(t, s, once))
			require.NoError(t, putA(t, s, once))
			require.NoError(t, putA(t, s, client.PutOptions{Encryption: client.Inherit{}, IfMatch: "e"}))
			assert.Equal(t, []string{"PUT *", "PUT", "PUT", "PUT"}, conditionsOf(rec))
			assert.Equal(t, "body", rec.bodies[1], "the whole body went again")
		})
	}
}

// Ceph 16 compares the header with the ETag quotes and all.
func TestIfMatchGoesWithoutQuotesWhereTheObjectIsStillTheOne(t *testing.T) {
	e := mock.Start(t, mock.As("ceph16"))
	s := openAt(t, e, e.SecretKey, Options{})
	at := client.Location{Bucket: ownBucket(t, s), Key: "k"}
	write := func(content string, o client.PutOptions) (client.Object, error) {
		o.Encryption = client.Inherit{}
		return s.Put(t.Context(), at, strings.NewReader(content), int64(len(content)), o)
	}
	first, err := write("first", client.PutOptions{})
	require.NoError(t, err)
	_, err = write("nobody's", client.PutOptions{IfMatch: strings.Repeat("0", 32)})
	assert.Equal(t, client.KindPrecondition, client.KindOf(err))
	second, err := write("second", client.PutOptions{IfMatch: first.ETag})
	require.NoError(t, err)
	_, err = write("third", client.PutOptions{IfMatch: first.ETag})
	assert.Equal(t, client.KindPrecondition, client.KindOf(err), "it is another one now")
	_, err = write("third", client.PutOptions{IfMatch: second.ETag})
	require.NoError(t, err, "learned once")

	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "?e*Object", Do: mock.AnswerStatus, Status: 403}}}))
	s = openAt(t, e, e.SecretKey, Options{})
	_, err = write("fourth", client.PutOptions{IfMatch: md5Hex("third")})
	assert.Equal(t, client.KindPrecondition, client.KindOf(err), "who cannot tell what is there replaces nothing")
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func TestWhatIsRefusedForAnotherReasonTeachesNothingAboutConditions(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(400, "InvalidArgument", "the name is no good") })}
	s := openRecorded(t, rec, compatible, Options{Attempts: 1})
	require.Error(t, putA(t, s, once))
	assert.Equal(t, []string{"PUT *", "PUT"}, conditionsOf(rec))
	rec.answer = nil
	require.NoError(t, putA(t, s, once))
	assert.Equal(t, "PUT *", conditionsOf(rec)[2])

	rec = &recorder{answer: always(func() *http.Response { return refusal(412, "PreconditionFailed", "") })}
	err := putA(t, openRecorded(t, rec, compatible, Options{}), once)
	assert.Equal(t, client.KindPrecondition.String(), client.KindOf(err).String())
	assert.Equal(t, 1, rec.count(), "that it is there is an answer")

	rec = &recorder{answer: always(func() *http.Response { return reply(400, nil, "<html>") })}
	require.Error(t, putA(t, openRecorded(t, rec, compatible, Options{}), once))
	rec = &recorder{}
	require.NoError(t, putA(t, openRecorded(t, rec, compatible, Options{}), plainPut))
	assert.Equal(t, []string{"PUT"}, conditionsOf(rec), "nobody asked for a condition")
}

var plainPut = client.PutOptions{Encryption: client.Inherit{}}

func TestTwoWritesAtTheSameMomentAreSettledByAskingAgain(t *testing.T) {
	rec := &recorder{answer: func(_ *http.Request, n int) *http.Response {
		if n == 1 {
			return refusal(409, "ConditionalRequestConflict", "The conditional request cannot succeed due to a conflicting operation against this resource.")
		}
		return refusal(412, "PreconditionFailed", "")
	}}
	err := putA(t, openRecorded(t, rec, compatible, Options{}), once)
	assert.Equal(t, client.KindPrecondition.String(), client.KindOf(err).String())
	assert.Equal(t, []string{"PUT *", "PUT *"}, conditionsOf(rec))
}

func TestDeletionsOfOneObjectOnlyCarryItsETagWhereThatIsKnown(t *testing.T) {
	at := client.Location{Bucket: "bkt", Key: "a"}
	rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
		if r.Method == http.MethodDelete && r.Header.Get("If-Match") != "" {
			return refusal(501, "NotImplemented", "")
		}
		return reply(200, []string{"Etag", `"e1"`, "Content-Length", "7"}, "")
	}}
	s := openRecorded(t, rec, compatible, Options{Attempts: 1})
	was := client.Object{At: at, ETag: "e1"}
	for range 2 {
		require.NoError(t, s.DeleteOnly(t.Context(), was, client.CustomerKey{}))
	}
	assert.Equal(t, []string{`HEAD "e1"`, `DELETE "e1"`, "DELETE", `HEAD "e1"`, "DELETE"}, conditionsOf(rec))

	// A server deaf to If-Match, where another object lies now.
	rec.sent, rec.answer = nil, always(func() *http.Response { return reply(200, []string{"Etag", `"e2"`, "Content-Length", "7"}, "") })
	err := s.DeleteOnly(t.Context(), was, client.CustomerKey{})
	assert.Equal(t, client.KindPrecondition.String(), client.KindOf(err).String())
	assert.Equal(t, []string{`HEAD "e1"`}, conditionsOf(rec), "nothing is deleted")

	// Where ETags are MD5s, a colleague's upload of the same contents differs by its date only.
	rec.sent, rec.answer = nil, always(func() *http.Response {
		return reply(200, []string{"Etag", `"e1"`, "Content-Length", "4", "Last-Modified", "Thu, 26 Nov 2026 10:00:01 GMT"}, "")
	})
	earlier := was
	earlier.Modified = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	err = s.DeleteOnly(t.Context(), earlier, client.CustomerKey{})
	assert.Equal(t, client.KindPrecondition.String(), client.KindOf(err).String())
	for _, sent := range conditionsOf(rec) {
		assert.NotContains(t, sent, "DELETE")
	}

	rec.sent, rec.answer = nil, always(func() *http.Response { return refusal(403, "AccessDenied", "") })
	err = s.DeleteOnly(t.Context(), was, client.CustomerKey{})
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "what cannot be looked at is not deleted")
	assert.NotContains(t, conditionsOf(rec), "DELETE")

	rec.sent, rec.answer = nil, nil
	require.NoError(t, s.DeleteOnly(t.Context(), client.Object{At: at, VersionID: "v1", ETag: "e1"}, client.CustomerKey{}))
	assert.Equal(t, "v1", rec.last().URL.Query().Get("versionId"))
	assert.Equal(t, 1, rec.count(), "a version is itself for ever")
	rec.sent, rec.answer = nil, always(func() *http.Response { return reply(200, []string{"Etag", `"e1"`, "Content-Length", "7"}, "") })
	require.NoError(t, s.DeleteOnly(t.Context(), client.Object{At: at, VersionID: "null", ETag: "e1"}, client.CustomerKey{}))
	assert.Equal(t, 2, rec.count(), "the null version is whatever was written last")
	assert.Empty(t, rec.last().URL.Query().Get("versionId"))
}
