package mock_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// user makes a person with one statement for each line "Allow action resource".
func user(name string, lines ...string) mock.User {
	var statements []string
	for _, line := range lines {
		f := strings.Fields(line)
		statements = append(statements, fmt.Sprintf(`{"Effect":%q,"Action":%q,"Resource":%q}`, f[0], f[1], f[2]))
	}
	if lines == nil {
		return mock.User{Name: name, AccessKey: "AKIA" + strings.ToUpper(name), SecretKey: "canary-secret-of-" + name}
	}
	return mock.User{
		Name: name, AccessKey: "AKIA" + strings.ToUpper(name), SecretKey: "canary-secret-of-" + name,
		Policy: json.RawMessage(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`),
	}
}

// as is the endpoint with another's credentials.
func as(e *mock.Endpoint, u mock.User) *mock.Endpoint {
	other := *e
	other.AccessKey, other.SecretKey = u.AccessKey, u.SecretKey
	return &other
}

func startWith(t testing.TB, users ...mock.User) *mock.Endpoint {
	t.Helper()
	return mock.Start(t, mock.With(func(c *mock.Config) { c.Users, c.MinPartSize = users, -1 }))
}

func TestSomebodyMayEncryptButNotDecrypt(t *testing.T) {
	writer := user("writer", "Allow s3:* *", "Allow kms:GenerateDataKey *")
	reader := user("reader", "Allow s3:* *", "Allow kms:Decrypt *", "Deny kms:GenerateDataKey *")
	e := startWith(t, writer, reader)
	key := e.NamedKeys()[0]
	cannot := func(who, action, because string) string {
		return "User: arn:aws:iam::000000000000:user/" + who + " is not authorized to perform: " + action + " on resource: " + key.ARN + " " + because
	}
	noDecrypt := cannot("writer", "kms:Decrypt", "because no identity-based policy allows the kms:Decrypt action")
	noEncrypt := cannot("reader", "kms:GenerateDataKey", "with an explicit deny in an identity-based policy")
	for name, how := range map[string]map[string]string{
		"kms": {sse: "aws:kms", kid: key.ID}, "bucket-key": {sse: "aws:kms", kid: key.ARN, bk: "true"}, "dsse": {sse: "aws:kms:dsse", kid: key.Alias},
	} {
		path := "/bucket/" + name
		require.Equal(t, 200, raw(t, as(e, writer), "PUT", path, "hello", how).StatusCode, name)
		id := uploadID(t, raw(t, as(e, writer), "POST", path+"?uploads=", "", how))
		for _, resp := range []*http.Response{
			raw(t, as(e, writer), "GET", path, "", nil),
			raw(t, as(e, writer), "PUT", "/bucket/copy", "", map[string]string{"X-Amz-Copy-Source": path}),
			raw(t, as(e, writer), "PUT", path+"?partNumber=1&uploadId="+id, "part", nil),
			raw(t, as(e, writer), "POST", path+"?uploadId="+id, completion(`"x"`), nil),
		} {
			assert.Equal(t, 403, resp.StatusCode, name)
			got := errorOf(t, resp)
			assert.Equal(t, "AccessDenied", got.Code)
			assert.Equal(t, noDecrypt, got.Message)
		}
		assert.Equal(t, 200, raw(t, as(e, writer), "HEAD", path, "", nil).StatusCode, "HEAD asks nothing of KMS")
		assert.Equal(t, 403, raw(t, as(e, writer), "HEAD", path, "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}).StatusCode, "but for its checksum")

		body, err := io.ReadAll(raw(t, as(e, reader), "GET", path, "", nil).Body)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(body))
		for _, resp := range []*http.Response{
			raw(t, as(e, reader), "PUT", "/bucket/none", "x", how),
			raw(t, as(e, reader), "POST", "/bucket/none?uploads=", "", how),
			raw(t, as(e, reader), "PUT", "/bucket/none", "", plus(how, map[string]string{"X-Amz-Copy-Source": path})),
		} {
			assert.Equal(t, 403, resp.StatusCode, name)
			assert.Equal(t, noEncrypt, errorOf(t, resp).Message)
		}
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/none", "", nil).StatusCode)
	assert.Equal(t, noDecrypt, update(t, as(e, writer), "/bucket/kms", toKMS(key.ARN, "")).Message)
	got := update(t, as(e, reader), "/bucket/kms", toKMS(key.ARN, ""))
	assert.Equal(t, noEncrypt, got.Message)
	resp := raw(t, as(e, reader), "PUT", "/bucket/none", "x", map[string]string{sse: "aws:kms"})
	assert.Equal(t, 403, resp.StatusCode, "a deny reaches the account's own key too")
	require.NoError(t, e.Keys().Disable(key.ID))
	assert.Equal(t, noDecrypt, errorOf(t, raw(t, as(e, writer), "GET", "/bucket/kms", "", nil)).Message, "permission is judged before the key's state")

	_, err := kmsClient(t, as(e, writer)).ListKeys(bg, &kms.ListKeysInput{})
	refused(t, err, 400, "AccessDeniedException", "User: arn:aws:iam::000000000000:user/writer is not authorized to perform: kms:ListKeys on resource: * because no identity-based policy allows")
}

func TestAKeysOwnPolicyDecidesWhoUsesIt(t *testing.T) {
	ada := user("ada", "Allow s3:* *")
	policy := `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/ada"},"Action":["kms:GenerateDataKey","kms:Decrypt"]}]}`
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.Users, c.Keys = []mock.User{ada}, []mock.KeySpec{{ID: "hers", Policy: policy}, {ID: "all"}}
	}))
	under := func(id string) map[string]string { return map[string]string{sse: "aws:kms", kid: id} }
	require.Equal(t, 200, raw(t, as(e, ada), "PUT", "/bucket/k", "x", under("hers")).StatusCode)
	assert.Equal(t, 200, raw(t, as(e, ada), "GET", "/bucket/k", "", nil).StatusCode)
	assert.Contains(t, errorOf(t, raw(t, e, "GET", "/bucket/k", "", nil)).Message, ":root is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:000000000000:key/hers because no resource-based policy allows")
	assert.Contains(t, errorOf(t, raw(t, as(e, ada), "PUT", "/bucket/k", "x", under("all"))).Message, "because no identity-based policy allows the kms:GenerateDataKey action")

	_, err := mock.New(mock.Config{Dir: t.TempDir(), Fast: true, Keys: []mock.KeySpec{{ID: "k", Policy: "{}"}}})
	assert.ErrorContains(t, err, "make key k")
}

func TestEveryOperationNeedsItsPermission(t *testing.T) {
	nobody, lister := user("nobody", "Allow s3:None *"), user("lister", "Allow s3:GetObject *", "Allow s3:ListBucket *")
	half := user("half", "Allow s3:* *", "Deny s3:DeleteObject arn:aws:s3:::bucket/keep*", "Deny s3:GetObject arn:aws:s3:::bucket/secret")
	e := startWith(t, nobody, lister, half)
	for _, key := range []string{"keep-me", "drop-me", "secret"} {
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket/"+key, "x", nil).StatusCode)
	}
	for _, call := range []struct{ verb, path, action, resource string }{
		{"GET", "/", "ListAllMyBuckets", "arn:aws:s3:::*"},
		{"PUT", "/new", "CreateBucket", "arn:aws:s3:::new"},
		{"GET", "/bucket", "ListBucket", "arn:aws:s3:::bucket"},
		{"GET", "/bucket?list-type=2", "ListBucket", "arn:aws:s3:::bucket"},
		{"GET", "/bucket?location=", "GetBucketLocation", "arn:aws:s3:::bucket"},
		{"GET", "/bucket?encryption=", "GetEncryptionConfiguration", "arn:aws:s3:::bucket"},
		{"GET", "/bucket?uploads=", "ListBucketMultipartUploads", "arn:aws:s3:::bucket"},
		{"PUT", "/bucket/k", "PutObject", "arn:aws:s3:::bucket/k"},
		{"POST", "/bucket/k?uploads=", "PutObject", "arn:aws:s3:::bucket/k"},
		{"GET", "/bucket/secret", "GetObject", "arn:aws:s3:::bucket/secret"},
		{"DELETE", "/bucket/secret", "DeleteObject", "arn:aws:s3:::bucket/secret"},
		{"GET", "/bucket/secret?tagging=", "GetObjectTagging", "arn:aws:s3:::bucket/secret"},
	} {
		resp := raw(t, as(e, nobody), call.verb, call.path, "", nil)
		got := errorOf(t, resp)
		assert.Equal(t, 403, resp.StatusCode, call.path)
		assert.Equal(t, "AccessDenied", got.Code)
		assert.Equal(t, `User: arn:aws:iam::000000000000:user/nobody is not authorized to perform: s3:`+call.action+` on resource: "`+call.resource+
			`" because no identity-based policy allows the s3:`+call.action+` action`, got.Message)
	}
	assert.Equal(t, 403, raw(t, as(e, nobody), "HEAD", "/bucket", "", nil).StatusCode)
	assert.Equal(t, 404, raw(t, as(e, lister), "GET", "/bucket/none", "", nil).StatusCode)
	assert.Equal(t, 403, raw(t, as(e, user("nobody")), "GET", "/bucket/none", "", nil).StatusCode, "who may not list does not learn what is there")
	resp := raw(t, as(e, half), "PUT", "/bucket/copy", "", map[string]string{"X-Amz-Copy-Source": "/bucket/secret"})
	assert.Contains(t, errorOf(t, resp).Message, "with an explicit deny in an identity-based policy", "the source is judged too")
	out, err := s3Client(t, as(e, half)).DeleteObjects(bg, &s3.DeleteObjectsInput{Bucket: aws.String("bucket"), Delete: &types.Delete{
		Objects: []types.ObjectIdentifier{{Key: aws.String("keep-me")}, {Key: aws.String("drop-me")}},
	}})
	require.NoError(t, err)
	require.Len(t, out.Errors, 1)
	assert.Equal(t, "keep-me", *out.Errors[0].Key)
	assert.Equal(t, "AccessDenied", *out.Errors[0].Code)
	assert.Equal(t, 200, raw(t, e, "HEAD", "/bucket/keep-me", "", nil).StatusCode)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/drop-me", "", nil).StatusCode)
}

func TestAGetOfAMissingKeyIsDeniedWithoutTheRightToList(t *testing.T) {
	reader := user("reader", "Allow s3:GetObject *")
	e := startWith(t, reader)
	got := errorOf(t, raw(t, as(e, reader), "GET", "/bucket/none", "", nil))
	assert.Equal(t, "AccessDenied", got.Code)
	assert.Contains(t, got.Message, "s3:ListBucket")
}

func TestASessionTokenMustBeTheRightOneAndInTime(t *testing.T) {
	guest, late := user("guest", "Allow *:* *"), user("late", "Allow *:* *")
	guest.SessionToken, late.SessionToken, late.Expires = "token-of-guest", "token-of-late", time.Now().Add(-time.Second)
	e := startWith(t, guest, late)
	with := func(u mock.User, token string) aws.Config {
		c := config(t, e)
		c.Credentials = credentials.NewStaticCredentialsProvider(u.AccessKey, u.SecretKey, token)
		return c
	}
	list := func(u mock.User, token string) error {
		_, err := s3.NewFromConfig(with(u, token), func(o *s3.Options) { o.UsePathStyle = true }).ListObjectsV2(bg, &s3.ListObjectsV2Input{Bucket: aws.String("bucket")})
		return err
	}
	require.NoError(t, list(guest, "token-of-guest"))
	refused(t, list(guest, ""), 403, "InvalidAccessKeyId", "")
	refused(t, list(guest, "another"), 400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
	refused(t, list(late, "token-of-late"), 400, "ExpiredToken", "The provided token has expired.")
	refused(t, list(mock.User{AccessKey: e.AccessKey, SecretKey: e.SecretKey}, "spare"), 400, "InvalidToken", "")

	_, err := kms.NewFromConfig(with(late, "token-of-late")).ListKeys(bg, &kms.ListKeysInput{})
	refused(t, err, 400, "ExpiredTokenException", "")
	_, err = sts.NewFromConfig(with(guest, "another")).GetCallerIdentity(bg, &sts.GetCallerIdentityInput{})
	refused(t, err, 400, "InvalidClientTokenId", "")

	url, err := s3.NewPresignClient(s3.NewFromConfig(with(guest, "token-of-guest"), func(o *s3.Options) { o.UsePathStyle = true })).
		PresignPutObject(bg, &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
	require.NoError(t, err)
	r, err := http.NewRequest(url.Method, url.URL, strings.NewReader("x"))
	require.NoError(t, err)
	resp, err := httpClient(t, e).Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 200, resp.StatusCode, "in a presigned address it is a parameter")
}

func TestSTSSaysWhoTheCallerIs(t *testing.T) {
	ada := user("ada")
	e := startWith(t, ada)
	got, err := sts.NewFromConfig(config(t, as(e, ada))).GetCallerIdentity(bg, &sts.GetCallerIdentityInput{})
	require.NoError(t, err, "it needs no permission")
	assert.Equal(t, "arn:aws:iam::000000000000:user/ada", *got.Arn)
	assert.Equal(t, "000000000000", *got.Account)
	got, err = sts.NewFromConfig(config(t, e)).GetCallerIdentity(bg, &sts.GetCallerIdentityInput{})
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:iam::000000000000:root", *got.Arn)
	_, err = sts.NewFromConfig(config(t, e)).GetSessionToken(bg, &sts.GetSessionTokenInput{})
	refused(t, err, 400, "InvalidAction", "GetSessionToken")
	wrong := ada
	wrong.SecretKey = "wrong"
	_, err = sts.NewFromConfig(config(t, as(e, wrong))).GetCallerIdentity(bg, &sts.GetCallerIdentityInput{})
	refused(t, err, 403, "SignatureDoesNotMatch", "")
	_, err = s3Client(t, as(e, ada)).ListBuckets(bg, &s3.ListBucketsInput{})
	refused(t, err, 403, "AccessDenied", "because no identity-based policy allows")
	resp := raw(t, e, "POST", "/", "Action=GetCallerIdentity", map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	var doc struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		Code    string   `xml:"Error>Code"`
	}
	require.NoError(t, xml.NewDecoder(resp.Body).Decode(&doc))
	assert.Equal(t, "IncompleteSignature", doc.Code, "signed for S3")
}

func TestAUserPrintsWithoutSecrets(t *testing.T) {
	u := user("ada")
	u.SessionToken = "canary-token"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, printed := range []string{fmt.Sprintf(verb, u), fmt.Sprintf(verb, &u), fmt.Sprintf(verb, []mock.User{u})} {
			assert.NotContains(t, printed, "canary")
		}
	}
	assert.Equal(t, "user ada", u.LogValue().String())
}

func TestUsersThatCannotBeAreRefused(t *testing.T) {
	bad := user("ada")
	bad.Policy = json.RawMessage(`{}`)
	for reason, users := range map[string][]mock.User{
		"must be given":             {{Name: "x"}},
		"the access key is another": {user("ada"), user("ada")},
		"read policy":               {bad},
	} {
		_, err := mock.New(mock.Config{Dir: t.TempDir(), Fast: true, Users: users})
		assert.ErrorContains(t, err, reason)
	}
	_, err := mock.New(mock.Config{Dir: t.TempDir(), Fast: true, AccessKey: "AKIAADA", SecretKey: "x", Users: []mock.User{user("ada")}})
	assert.ErrorContains(t, err, "the access key is another")

	for reason, roles := range map[string][]mock.Role{
		"name must be given":      {{}},
		"the name is another's":   {{Name: "r"}, {Name: "r"}},
		"role 1 r: read policy: ": {{Name: "r", Policy: json.RawMessage(`{}`)}},
	} {
		_, err := mock.New(mock.Config{Dir: t.TempDir(), Fast: true, Roles: roles})
		assert.ErrorContains(t, err, reason)
	}
}

func TestAPeopleFileThatOthersMayReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.json")
	_, err := mock.ReadPeople(path)
	assert.ErrorContains(t, err, "read people")
	for _, bad := range []string{`{"users":[{"name":"ada","accessKey":"a","secretKey":"canary-secret"`, `{"canary-secret":1}`, `[]`} {
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o600))
		_, err = mock.ReadPeople(path)
		require.ErrorContains(t, err, "not JSON of the form")
		assert.NotContains(t, err.Error(), "canary")
	}
	require.NoError(t, os.WriteFile(path, []byte(`{"users":[{"name":"ada","accessKey":"a","secretKey":"s"}],"roles":[{"name":"r","trusts":["ada"]}]}`), 0o600))
	got, err := mock.ReadPeople(path)
	require.NoError(t, err)
	assert.Equal(t, "ada", got.Users[0].Name)
	assert.Equal(t, []string{"ada"}, got.Roles[0].Trusts)
	if runtime.GOOS != "windows" {
		require.NoError(t, os.Chmod(path, 0o644))
		_, err = mock.ReadPeople(path)
		assert.ErrorContains(t, err, "chmod it to 0600")
	}
}

func TestAPersonBecomesARoleForAWhile(t *testing.T) {
	ada, bob := user("ada"), user("bob")
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.Users, c.Now = []mock.User{ada, bob}, clock
		c.Roles = []mock.Role{{Name: "reports", Trusts: []string{"ada"}, Policy: user("x", "Allow s3:ListBucket *").Policy}}
	}))
	const arn = "arn:aws:iam::000000000000:role/reports"
	become := func(u mock.User, change ...func(*sts.AssumeRoleInput)) (*sts.AssumeRoleOutput, error) {
		in := &sts.AssumeRoleInput{RoleArn: aws.String(arn), RoleSessionName: aws.String("morning"), DurationSeconds: aws.Int32(900)}
		for _, f := range change {
			f(in)
		}
		return sts.NewFromConfig(config(t, as(e, u))).AssumeRole(bg, in)
	}
	out, err := become(ada)
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:sts::000000000000:assumed-role/reports/morning", *out.AssumedRoleUser.Arn)
	assert.WithinDuration(t, now.Add(15*time.Minute), *out.Credentials.Expiration, 2*time.Second)
	assert.Len(t, *out.Credentials.SessionToken, 4096, "as long as AWS may make one: who cuts it short is found here")
	c := config(t, e)
	c.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	objects := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true })
	list := func() error {
		_, err := objects.ListObjectsV2(bg, &s3.ListObjectsV2Input{Bucket: aws.String("bucket")})
		return err
	}
	require.NoError(t, list())
	_, err = objects.ListBuckets(bg, &s3.ListBucketsInput{})
	refused(t, err, 403, "AccessDenied", "User: arn:aws:sts::000000000000:assumed-role/reports/morning is not authorized to perform: s3:ListAllMyBuckets")
	who, err := sts.NewFromConfig(c).GetCallerIdentity(bg, &sts.GetCallerIdentityInput{})
	require.NoError(t, err)
	assert.Equal(t, *out.AssumedRoleUser.Arn, *who.Arn)

	_, err = become(bob)
	refused(t, err, 403, "AccessDenied", "User: arn:aws:iam::000000000000:user/bob is not authorized to perform: sts:AssumeRole on resource: "+arn)
	_, err = become(mock.User{AccessKey: e.AccessKey, SecretKey: e.SecretKey})
	require.NoError(t, err, "the account may")
	for name, row := range map[string]struct {
		change func(*sts.AssumeRoleInput)
		code   string
	}{
		"no such role":   {func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String(arn + "x") }, "AccessDenied"},
		"no ARN":         {func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("reports") }, "AccessDenied"},
		"too long":       {func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(43201) }, "ValidationError"},
		"bad name":       {func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("a b") }, "ValidationError"},
		"session policy": {func(in *sts.AssumeRoleInput) { in.Policy = aws.String("{}") }, "ValidationError"},
	} {
		_, err := become(ada, row.change)
		var api smithy.APIError
		require.ErrorAs(t, err, &api, name)
		assert.Equal(t, row.code, api.ErrorCode(), name)
	}
	at := func(later time.Duration) *http.Response {
		mu.Lock()
		now = now.Add(later)
		mu.Unlock()
		role := as(e, mock.User{AccessKey: *out.Credentials.AccessKeyId, SecretKey: *out.Credentials.SecretAccessKey})
		return rawAt(t, role, "GET", "/bucket", "", map[string]string{"X-Amz-Security-Token": *out.Credentials.SessionToken}, clock())
	}
	assert.Equal(t, 200, at(14*time.Minute).StatusCode)
	assert.Equal(t, "ExpiredToken", errorOf(t, at(time.Minute)).Code)
	later := as(e, ada)
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	assert.Equal(t, 400, rawAt(t, later, "POST", "/", "", form, clock()).StatusCode, "signed for S3")
}
