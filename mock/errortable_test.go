package mock_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
	"github.com/bucketseal/bucketseal/mock/kms"
)

// The error table: what S3 answers when encryption is asked for wrongly, one row
// for each condition, by plain HTTP requests. Status, code and the whole message, but for
// the full stop at its end: S3 is not of one mind.

// ways a row is met; a row is tried by each of its own.
var (
	byWrite = []string{"PUT", "create", "copy", "form"}
	byRead  = []string{"GET", "range", "HEAD", "copy from", "part copy from"}
	byPut   = []string{"PUT"}
)

// errorRow is one condition. Objects and uploads it speaks of are made by
// newErrorTable.
type errorRow struct {
	condition     string
	ways          []string
	target        string // key of the object or, for parts, name of the upload; empty: a new key
	header        map[string]string
	body          string
	status        int
	code, message string
	argument      string // ArgumentName or Condition, where S3 tells one
}

type errorTable struct {
	e                            *mock.Endpoint
	client                       *http.Client
	uploads                      map[string]string // by name
	key, disabled, pending, sign kms.Key
	person                       *mock.Endpoint // somebody who has no permission for keys
}

func newErrorTable(t *testing.T) *errorTable {
	t.Helper()
	e := startWith(t, user("guest", "Allow s3:* *"))
	x := &errorTable{e: e, client: httpClient(t, e), uploads: map[string]string{}}
	x.person = as(e, user("guest", "Allow s3:* *"))
	create := func(alias string) kms.Key {
		k, err := e.Keys().Create(kms.Spec{Alias: alias})
		require.NoError(t, err)
		return k
	}
	x.key, x.disabled, x.pending = create("alias/good"), create("alias/disabled"), create("alias/pending")
	_, err := e.Keys().Call("CreateKey", []byte(`{"KeyUsage":"SIGN_VERIFY"}`))
	require.NoError(t, err)
	all := e.Keys().Keys()
	x.sign = all[len(all)-1]
	under := func(k kms.Key) map[string]string { return map[string]string{sse: "aws:kms", kid: k.ID} }
	for key, header := range map[string]map[string]string{
		"plain": nil, "mine": custHeaders(1), "good": under(x.key), "disabled": under(x.disabled), "pending": under(x.pending),
	} {
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket/"+key, "body", header).StatusCode, key)
	}
	for name, header := range map[string]map[string]string{"bare": nil, "mine": custHeaders(1), "good": under(x.key), "disabled": under(x.disabled)} {
		x.uploads[name] = uploadID(t, raw(t, e, "POST", "/bucket/none?uploads=", "", header))
	}
	require.NoError(t, e.Keys().Disable(x.disabled.ID))
	_, err = e.Keys().ScheduleDeletion(x.pending.ID, 7)
	require.NoError(t, err)
	const blocked = `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>` +
		`<BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>`
	require.Equal(t, 200, raw(t, e, "PUT", "/blocked", "", nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/blocked?encryption=", blocked, map[string]string{"Content-Md5": md5Of(blocked)}).StatusCode)
	return x
}

// meet sends the request of a row in one of its ways.
func (x *errorTable) meet(t *testing.T, row errorRow, way string, by *mock.Endpoint) *http.Response {
	t.Helper()
	send := func(method, path, body string, header ...map[string]string) *http.Response {
		all := row.header
		for _, h := range header {
			all = plus(all, h)
		}
		return rawBy(t, x.client, by, method, path, body, all, time.Now())
	}
	asSource := func() map[string]string {
		from := method{toRead: row.header}.asSource()
		from["X-Amz-Copy-Source"] = "bucket/" + row.target
		return from
	}
	target := "/bucket/" + row.target
	if row.target == "" {
		target = "/bucket/none"
	}
	if strings.HasPrefix(row.target, "/") { // a bucket of its own
		target = row.target
	}
	switch way {
	case "PUT":
		return send("PUT", target, "new")
	case "create":
		return send("POST", target+"?uploads=", "")
	case "copy":
		return send("PUT", target, "", map[string]string{"X-Amz-Copy-Source": "bucket/plain"})
	case "form":
		return sendForm(t, x.client, by, formOf(by, time.Now(), plus(row.header, map[string]string{"key": "none"})), "new")
	case "GET", "HEAD":
		return send(way, target, "")
	case "range":
		return send("GET", target, "", map[string]string{"Range": "bytes=0-0"})
	case "copy from":
		return rawBy(t, x.client, by, "PUT", "/bucket/none", "", asSource(), time.Now())
	case "part copy from":
		return rawBy(t, x.client, by, "PUT", "/bucket/none?partNumber=1&uploadId="+x.uploads["bare"], "", asSource(), time.Now())
	case "part":
		return send("PUT", "/bucket/none?partNumber=1&uploadId="+x.uploads[row.target], "part")
	case "part copy":
		return send("PUT", "/bucket/none?partNumber=1&uploadId="+x.uploads[row.target], "", map[string]string{"X-Amz-Copy-Source": "bucket/plain"})
	case "default":
		return send("PUT", "/bucket?encryption=", row.body, map[string]string{"Content-Md5": md5Of(row.body)})
	}
	require.Fail(t, "no such way", way)
	return nil
}

func TestTheErrorTable(t *testing.T) {
	x := newErrorTable(t)
	const must = "Requests specifying Server Side Encryption with Customer provided keys must "
	const part = "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters"
	const precondition = "At least one of the pre-conditions you specified did not hold"
	const malformed = "The XML you provided was not well-formed or did not validate against our published schema"
	const badContext = "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map"
	const method, customer = "x-amz-server-side-encryption", "x-amz-server-side-encryption-customer-"
	under := func(ref string) map[string]string { return map[string]string{sse: "aws:kms", kid: ref} }
	gone := "arn:aws:kms:us-east-1:000000000000:key/" + goneUUID
	region := strings.Replace(x.key.ARN, "us-east-1", "eu-west-1", 1)
	c, other := custHeaders(1), custHeaders(2)
	but := func(changes ...string) map[string]string { // pairs of name and value; an empty value takes the header away
		m := plus(c, nil)
		for i := 0; i < len(changes); i += 2 {
			if m[changes[i]] = changes[i+1]; changes[i+1] == "" {
				delete(m, changes[i])
			}
		}
		return m
	}
	context := func(json string) map[string]string {
		return plus(under(x.key.ID), map[string]string{ctx: base64.StdEncoding.EncodeToString([]byte(json))})
	}
	defaults := func(rules ...string) string {
		return "<ServerSideEncryptionConfiguration>" + strings.Join(rules, "") + "</ServerSideEncryptionConfiguration>"
	}
	rule := func(inner string) string {
		return "<Rule><ApplyServerSideEncryptionByDefault>" + inner + "</ApplyServerSideEncryptionByDefault></Rule>"
	}
	aes := rule("<SSEAlgorithm>AES256</SSEAlgorithm>")

	for _, row := range []errorRow{
		{"the key id is not a valid one", byWrite, "", under("fake-key-id"), "", 400, "KMS.NotFoundException", "Invalid keyId 'fake-key-id'", ""},
		{"the key id does not exist", byWrite, "", under(goneUUID), "", 400, "KMS.NotFoundException", "Key '" + gone + "' does not exist", ""},
		{"the key ARN does not exist", byWrite, "", under(gone), "", 400, "KMS.NotFoundException", "Key '" + gone + "' does not exist", ""},
		{"the alias does not exist", byWrite, "", under("alias/none"), "", 400, "KMS.NotFoundException", "Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found", ""},
		{"the ARN is of another region", byWrite, "", under(region), "", 400, "KMS.NotFoundException", "Invalid arn eu-west-1", ""},
		{"the key is disabled: writing", byWrite, "", under(x.disabled.ID), "", 400, "KMS.DisabledException", x.disabled.ARN + " is disabled", ""},
		{"the key is disabled: reading", byRead, "disabled", nil, "", 400, "KMS.DisabledException", x.disabled.ARN + " is disabled", ""},
		{"the key is disabled: parts", []string{"part", "part copy"}, "disabled", nil, "", 400, "KMS.DisabledException", x.disabled.ARN + " is disabled", ""},
		{"the key is pending deletion: writing", byWrite, "", under(x.pending.ID), "", 400, "KMS.KMSInvalidStateException", x.pending.ARN + " is pending deletion", ""},
		{"the key is pending deletion: reading", byRead, "pending", nil, "", 400, "KMS.KMSInvalidStateException", x.pending.ARN + " is pending deletion", ""},
		{"the key has another usage", byWrite, "", under(x.sign.ARN), "", 400, "KMS.InvalidKeyUsageException", x.sign.ARN + " key usage is SIGN_VERIFY which is not valid for this operation", ""},
		{"a key id without aws:kms", byWrite, "", map[string]string{kid: x.key.ID}, "", 400, "InvalidArgument", "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", method},
		{"a key id with AES256", byWrite, "", map[string]string{sse: "AES256", kid: x.key.ID}, "", 400, "InvalidArgument", "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", method},
		{"an empty method", byWrite, "", map[string]string{sse: ""}, "", 400, "InvalidArgument", "The encryption method specified is not supported", method},
		{"an unknown method", byWrite, "", map[string]string{sse: "rot13"}, "", 400, "InvalidArgument", "The encryption method specified is not supported", method},
		{"a context that is not base64", byWrite, "", plus(under(x.key.ID), map[string]string{ctx: "{}"}), "", 400, "InvalidArgument", badContext, method + "-context"},
		{"a context that is not JSON", byWrite, "", context("team=red"), "", 400, "InvalidArgument", badContext, method + "-context"},
		{"a context that is not UTF-8", byWrite, "", context("{\"a\":\"\xff\"}"), "", 400, "InvalidArgument", badContext, method + "-context"},
		{"a context not of strings", byWrite, "", context(`{"a":1}`), "", 400, "InvalidArgument", badContext, method + "-context"},
		{"a context of nothing", byWrite, "", context(`null`), "", 400, "InvalidArgument", badContext, method + "-context"},
		{"SSE and SSE-C together", byWrite, "", plus(c, map[string]string{sse: "AES256"}), "", 400, "InvalidArgument", "Server Side Encryption with Customer provided key is incompatible with the encryption method specified", method},
		{"an SSE-C algorithm that is not AES256", byWrite, "", but(custAlg, "AES128"), "", 400, "InvalidEncryptionAlgorithmError", "The Encryption request you specified is not valid. Supported value: AES256", customer + "algorithm"},
		{"a customer key without algorithm", byWrite, "", but(custAlg, ""), "", 400, "InvalidArgument", must + "provide a valid encryption algorithm", customer + "algorithm"},
		{"a customer key's MD5 alone", byWrite, "", but(custAlg, "", custKey, ""), "", 400, "InvalidArgument", must + "provide a valid encryption algorithm", customer + "algorithm"},
		{"an algorithm without customer key", byWrite, "", but(custKey, "", custMD5, ""), "", 400, "InvalidArgument", must + "provide an appropriate secret key", customer + "key"},
		{"a customer key without MD5", byWrite, "", but(custMD5, ""), "", 400, "InvalidArgument", must + "provide the client calculated MD5 of the secret key", customer + "key-MD5"},
		{"a customer key of the wrong length", byWrite, "", but(custKey, "AAAA"), "", 400, "InvalidArgument", "The secret key was invalid for the specified algorithm", customer + "key"},
		{"a customer key that is not base64", byWrite, "", but(custKey, "*"), "", 400, "InvalidArgument", "The secret key was invalid for the specified algorithm", customer + "key"},
		{"a customer key of another MD5", byWrite, "", but(custMD5, other[custMD5]), "", 400, "InvalidArgument", "The calculated MD5 hash of the key did not match the hash that was provided", customer + "key-MD5"},
		{"reading SSE-C without the key", byRead, "mine", nil, "", 400, "InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object", ""},
		{"reading SSE-C with another key", byRead, "mine", other, "", 403, "AccessDenied", must + "provide the correct secret key", ""},
		{"reading what is not SSE-C with a key", byRead, "plain", c, "", 400, "InvalidRequest", "The encryption parameters are not applicable to this object", ""},
		{"reading SSE-KMS with a customer key", byRead, "good", c, "", 400, "InvalidRequest", "The encryption parameters are not applicable to this object", ""},
		{"a part without the upload's customer key", []string{"part", "part copy"}, "mine", nil, "", 400, "InvalidRequest", part, ""},
		{"a part with a customer key the upload has not", []string{"part", "part copy"}, "bare", c, "", 400, "InvalidRequest", part, ""},
		{"a part with a customer key, the upload under KMS", []string{"part", "part copy"}, "good", c, "", 400, "InvalidRequest", part, ""},
		{"a part with another customer key", []string{"part", "part copy"}, "mine", other, "", 400, "InvalidRequest", "The provided encryption parameters did not match the ones used originally", ""},
		{"SSE-C where the bucket blocks it", []string{"PUT", "create", "copy"}, "/blocked/none", c, "", 403, "AccessDenied", "User is not authorized to perform this operation because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type", ""},
		{"SSE headers on a read", []string{"GET", "HEAD"}, "plain", map[string]string{sse: "aws:kms"}, "", 400, "InvalidArgument", "x-amz-server-side-encryption header is not supported for this operation", method},
		{"a key id on a read", []string{"GET", "HEAD"}, "plain", map[string]string{kid: x.key.ID}, "", 400, "InvalidArgument", "x-amz-server-side-encryption-aws-kms-key-id header is not supported for this operation", method + "-aws-kms-key-id"},
		{"SSE headers on a part", []string{"part"}, "bare", map[string]string{sse: "AES256"}, "", 400, "InvalidArgument", "x-amz-server-side-encryption header is not supported for this operation", method},
		{"a copy onto itself that changes nothing", []string{"copy"}, "plain", nil, "", 400, "InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes", ""},
		{"a default of no rule", []string{"default"}, "", nil, defaults(), 400, "MalformedXML", malformed, ""},
		{"a default of two rules", []string{"default"}, "", nil, defaults(aes, aes), 400, "MalformedXML", malformed, ""},
		{"a default of AES256 with a key", []string{"default"}, "", nil, defaults(rule("<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>" + x.key.ID + "</KMSMasterKeyID>")), 400, "InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse", "ApplyServerSideEncryptionByDefault"},
		{"If-None-Match on a key that is there", byPut, "plain", map[string]string{"If-None-Match": "*"}, "", 412, "PreconditionFailed", precondition, "If-None-Match"},
		{"If-Match of another ETag", byPut, "plain", map[string]string{"If-Match": `"x"`}, "", 412, "PreconditionFailed", precondition, "If-Match"},
		{"If-Match on a key that is not there", byPut, "", map[string]string{"If-Match": `"x"`}, "", 404, "NoSuchKey", "The specified key does not exist", ""},
	} {
		for _, way := range row.ways {
			t.Run(row.condition+", "+way, func(t *testing.T) {
				x.judge(t, row, way, x.meet(t, row, way, x.e))
			})
		}
	}
	denied := func(action string) string {
		return "User: arn:aws:iam::000000000000:user/guest is not authorized to perform: kms:" + action + " on resource: " + x.key.ARN +
			" because no identity-based policy allows the kms:" + action + " action"
	}
	for _, row := range []errorRow{
		{"no permission to make data keys", byWrite, "", under(x.key.ID), "", 403, "AccessDenied", denied("GenerateDataKey"), ""},
		{"no permission to decrypt", []string{"GET", "range", "copy from", "part copy from"}, "good", nil, "", 403, "AccessDenied", denied("Decrypt"), ""},
		{"no permission to decrypt, parts", []string{"part", "part copy"}, "good", nil, "", 403, "AccessDenied", denied("Decrypt"), ""},
		{"no permission to decrypt, the checksum", []string{"HEAD"}, "good", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}, "", 403, "AccessDenied", denied("Decrypt"), ""},
	} {
		for _, way := range row.ways {
			t.Run(row.condition+", "+way, func(t *testing.T) {
				x.judge(t, row, way, x.meet(t, row, way, x.person))
			})
		}
	}
}

// judge compares the answer to the row's, and looks for what must not be there.
func (x *errorTable) judge(t *testing.T, row errorRow, way string, resp *http.Response) {
	t.Helper()
	if way == "HEAD" && row.target != "plain" && strings.HasPrefix(row.code, "KMS.") {
		require.Equal(t, 200, resp.StatusCode, "HEAD asks nothing of KMS")
		return
	}
	require.Equal(t, row.status, resp.StatusCode)
	if way == "HEAD" {
		all, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Empty(t, all)
		assert.Empty(t, resp.Header.Get("Content-Type"), "an error on HEAD has no body")
		return
	}
	got := errorOf(t, resp)
	assert.Equal(t, row.code, got.Code)
	assert.Equal(t, row.message, strings.TrimSuffix(got.Message, "."))
	if !strings.Contains(way, "copy from") { // there the argument has the name of the source's header
		assert.Equal(t, row.argument, got.ArgumentName+got.Condition)
	}
	assert.Empty(t, sseHeaders(resp.Header), "a refusal tells of no encryption")
	for _, bucket := range []string{"/bucket", "/blocked"} {
		assert.Equal(t, 404, rawBy(t, x.client, x.e, "HEAD", bucket+"/none", "", nil, time.Now()).StatusCode, "nothing is stored")
	}
	body, err := io.ReadAll(rawBy(t, x.client, x.e, "GET", "/bucket/plain", "", nil, time.Now()).Body)
	require.NoError(t, err)
	assert.Equal(t, "body", string(body), "nothing is replaced")
}
