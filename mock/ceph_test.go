package mock_test

import (
	"crypto/md5"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// More lines of what was measured on RGW 16.2.15: uploads, refusals, ETags.

const (
	noAlgorithm = "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm."
	otherKey    = "The calculated MD5 hash of the key did not match the hash that was provided."
)

var testkey = map[string]string{sse: "aws:kms", kid: "testkey-1"}

// hexMD5 is an ETag without quotes.
func hexMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// onePart opens an upload of one part, "hello", and gives the place to send the completion.
func onePart(t *testing.T, e *mock.Endpoint, key string, toOpen, toSend map[string]string) (place, etag string) {
	t.Helper()
	place = "/bucket/" + key + "?uploadId=" + uploadID(t, raw(t, e, "POST", "/bucket/"+key+"?uploads=", "", toOpen))
	resp := raw(t, e, "PUT", place+"&partNumber=1", "hello", toSend)
	require.Equal(t, 200, resp.StatusCode)
	return place, resp.Header.Get("Etag")
}

func TestCephSaysNothingOfAnObjectItHasJustPutTogether(t *testing.T) {
	e := startCeph(t)
	for key, how := range map[string][2]map[string]string{"plain": {}, "kms": {testkey}, "customer": {custHeaders(1), custHeaders(1)}} {
		place, etag := onePart(t, e, key, how[0], how[1])
		for i, want := range []string{"", md5OfDigits(hexMD5("hello")) + "-1"} {
			resp := raw(t, e, "POST", place, completion(etag), nil)
			assert.Empty(t, sseHeaders(resp.Header), key)
			var doc struct{ Location, Bucket, Key, ETag string }
			decode(t, resp, &doc)
			assert.Equal(t, want, doc.ETag, "%s: the second answer has it, without quotes; answer %d", key, i+1)
			assert.Equal(t, [3]string{e.URL + "/bucket/" + key, "bucket", key}, [3]string{doc.Location, doc.Bucket, doc.Key})
		}
		stored := raw(t, e, "HEAD", "/bucket/"+key, "", how[1])
		require.Equal(t, 200, stored.StatusCode)
		assert.Equal(t, `"`+md5OfDigits(hexMD5("hello"))+`-1"`, stored.Header.Get("Etag"), key)
	}
}

// md5OfDigits is the MD5 of the bytes which hex digits stand for.
func md5OfDigits(digits string) string {
	rawBytes, _ := hex.DecodeString(digits)
	return hexMD5(string(rawBytes))
}

func TestCephLooksForTheKeyOfAMissingUpload(t *testing.T) {
	e := startCeph(t)
	place, _ := onePart(t, e, "k", nil, nil)
	require.Equal(t, 200, raw(t, e, "GET", place, "", nil).StatusCode)
	require.Equal(t, 204, raw(t, e, "DELETE", place, "", nil).StatusCode)
	resp := raw(t, e, "GET", place, "", nil)
	assert.Equal(t, 404, resp.StatusCode)
	assert.Equal(t, "NoSuchKey", errorOf(t, resp).Code)
	for _, again := range []struct{ method, place string }{{"DELETE", place}, {"PUT", place + "&partNumber=1"}} {
		resp := raw(t, e, again.method, again.place, "", nil)
		assert.Equal(t, 404, resp.StatusCode)
		assert.Equal(t, "NoSuchUpload", errorOf(t, resp).Code, again.method)
	}
	resp = raw(t, e, "GET", strings.Replace(place, "/bucket/", "/none/", 1), "", nil)
	assert.Equal(t, "NoSuchBucket", errorOf(t, resp).Code)
}

func TestCephTakesAMissingUploadForOneBeingCompleted(t *testing.T) {
	e := startCeph(t)
	inProgress := func(place, body string) {
		t.Helper()
		resp := raw(t, e, "POST", place, body, nil)
		assert.Equal(t, 500, resp.StatusCode)
		refusal := errorOf(t, resp)
		assert.Equal(t, "InternalError", refusal.Code)
		assert.Equal(t, "This multipart completion is already in progress", refusal.Message)
	}
	place, etag := onePart(t, e, "k", nil, nil)
	require.Equal(t, 204, raw(t, e, "DELETE", place, "", nil).StatusCode)
	inProgress(place, completion(etag))

	place, etag = onePart(t, e, "k", nil, nil)
	require.Equal(t, 200, raw(t, e, "POST", place, completion(etag), nil).StatusCode)
	inProgress(place, completion(hexMD5("other"))) // the object is there, but not of these parts
	inProgress(place, completion("no digest"))
	stranger := place[:strings.Index(place, "=")] + "=2~abcdefghijklmnopqrstuvwxyz12345"
	assert.Equal(t, 200, raw(t, e, "POST", stranger, completion(etag), nil).StatusCode, "the ETag decides, not the upload")
}

func TestCephAsksForTheAlgorithmWhereTheKeyIsMissing(t *testing.T) {
	e := startCeph(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/c", "hello", custHeaders(1)).StatusCode)
	place, _ := onePart(t, e, "parts", custHeaders(1), custHeaders(1))
	for reason, header := range map[string]map[string]string{noAlgorithm: nil, otherKey: custHeaders(2)} {
		for _, ask := range []struct{ method, place string }{{"GET", "/bucket/c"}, {"PUT", place + "&partNumber=2"}} {
			resp := raw(t, e, ask.method, ask.place, "", header)
			assert.Equal(t, 400, resp.StatusCode)
			refusal := errorOf(t, resp)
			assert.Equal(t, "InvalidArgument", refusal.Code)
			assert.Equal(t, reason, refusal.Message, ask.method)
		}
	}
}

func TestCephMakesOnesOwnBucketAgain(t *testing.T) {
	for personality, want := range map[string]int{"ceph16": 200, "aws": 409} {
		e := mock.Start(t, mock.As(personality), mock.With(func(c *mock.Config) { c.Region = "eu-central-1" }))
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "kept", nil).StatusCode)
		assert.Equal(t, want, raw(t, e, "PUT", "/bucket", "", nil).StatusCode, personality)
		body, err := io.ReadAll(raw(t, e, "GET", "/bucket/k", "", nil).Body)
		require.NoError(t, err)
		assert.Equal(t, "kept", string(body))
	}
}

func TestCephNamesTheMethodsItKnowsWhereItRefusesOne(t *testing.T) {
	e := startCeph(t)
	for _, method := range []string{"aws:kms:dsse", "rot13"} {
		for _, ask := range []struct{ method, place string }{{"PUT", "/bucket/k"}, {"POST", "/bucket/k?uploads="}} {
			resp := raw(t, e, ask.method, ask.place, "", map[string]string{sse: method, kid: "testkey-1"})
			assert.Equal(t, 400, resp.StatusCode)
			refusal := errorOf(t, resp)
			assert.Equal(t, "InvalidArgument", refusal.Code)
			assert.Equal(t, "Server Side Encryption with KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms or AES256", refusal.Message)
		}
	}
}

func TestCephsETagsTellTheMD5OfWhatIsEncrypted(t *testing.T) {
	e := startCeph(t)
	for _, how := range []map[string]string{testkey, custHeaders(1)} {
		assert.Equal(t, `"`+hexMD5("hello")+`"`, raw(t, e, "PUT", "/bucket/k", "hello", how).Header.Get("Etag"))
		toRead := how
		if how[sse] != "" {
			toRead = nil
		}
		assert.Equal(t, `"`+hexMD5("hello")+`"`, raw(t, e, "HEAD", "/bucket/k", "", toRead).Header.Get("Etag"))
		_, etag := onePart(t, e, "parts", how, toRead)
		assert.Equal(t, `"`+hexMD5("hello")+`"`, etag)
	}
}
