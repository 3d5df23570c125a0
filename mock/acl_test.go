package mock_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

const (
	canonicalID = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
	everybody   = "http://acs.amazonaws.com/groups/global/AllUsers"
)

var stranger = strings.Repeat("ab", 32)

// grantsOf reads an ACL as "grantee permission" lines.
func grantsOf(t testing.TB, e *mock.Endpoint, path string) []string {
	t.Helper()
	var doc struct {
		XMLName xml.Name `xml:"AccessControlPolicy"`
		Owner   struct{ ID, DisplayName string }
		Grants  []struct {
			Grantee struct {
				Kind    string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
				ID, URI string
			}
			Permission string
		} `xml:"AccessControlList>Grant"`
	}
	decode(t, raw(t, e, "GET", path, "", nil), &doc)
	require.Equal(t, canonicalID, doc.Owner.ID)
	lines := []string{}
	for _, g := range doc.Grants {
		kind := "CanonicalUser"
		if g.Grantee.URI != "" {
			kind = "Group"
		}
		require.Equal(t, kind, g.Grantee.Kind)
		lines = append(lines, g.Grantee.ID+g.Grantee.URI+" "+g.Permission)
	}
	return lines
}

// withACLs is an endpoint whose bucket allows ACLs, public ones too.
func withACLs(t testing.TB, users ...mock.User) *mock.Endpoint {
	t.Helper()
	e := allowPublic(t, users...)
	putOwnership(t, e, "BucketOwnerPreferred")
	return e
}

func putOwnership(t testing.TB, e *mock.Endpoint, which string) {
	t.Helper()
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket?ownershipControls=", ownershipXML(which), nil).StatusCode)
}

func ownershipXML(which ...string) string {
	var b strings.Builder
	for _, w := range which {
		b.WriteString("<Rule><ObjectOwnership>" + w + "</ObjectOwnership></Rule>")
	}
	return `<OwnershipControls xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` + b.String() + `</OwnershipControls>`
}

func aclXML(owner string, grants ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>%s</ID></Owner><AccessControlList>`, owner)
	for _, g := range grants {
		b.WriteString("<Grant>" + g + "</Grant>")
	}
	return b.String() + "</AccessControlList></AccessControlPolicy>"
}

func grantXML(kind, element, value, permission string) string {
	return fmt.Sprintf(`<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="%s"><%s>%s</%s></Grantee><Permission>%s</Permission>`, kind, element, value, element, permission)
}

func TestABucketAllowsNoACLsUntilItsOwnershipIsChanged(t *testing.T) {
	e := allowPublic(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", nil).StatusCode)
	ownership := func() string {
		var doc struct {
			Rule []struct{ ObjectOwnership string }
		}
		decode(t, raw(t, e, "GET", "/bucket?ownershipControls=", "", nil), &doc)
		require.Len(t, doc.Rule, 1)
		return doc.Rule[0].ObjectOwnership
	}
	assert.Equal(t, "BucketOwnerEnforced", ownership())
	for _, call := range []struct {
		path, body string
		header     map[string]string
	}{
		{"/bucket?acl=", "", map[string]string{"X-Amz-Acl": "private"}},
		{"/bucket/k?acl=", "", map[string]string{"X-Amz-Acl": "public-read"}},
		{"/bucket?acl=", aclXML(canonicalID), nil},
		{"/bucket/none", "x", map[string]string{"X-Amz-Acl": "public-read"}},
		{"/bucket/none", "x", map[string]string{"X-Amz-Acl": "private"}},
		{"/bucket/none", "x", map[string]string{"X-Amz-Grant-Read": `uri="` + everybody + `"`}},
		{"/bucket/none", "", map[string]string{"X-Amz-Acl": "public-read", "X-Amz-Copy-Source": "/bucket/k"}},
	} {
		resp := raw(t, e, "PUT", call.path, call.body, call.header)
		assert.Equal(t, 400, resp.StatusCode, call)
		got := errorOf(t, resp)
		assert.Equal(t, "AccessControlListNotSupported", got.Code)
		assert.Equal(t, "The bucket does not allow ACLs.", got.Message)
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/none", "", nil).StatusCode)
	full := map[string]string{"X-Amz-Acl": "bucket-owner-full-control"}
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", full).StatusCode, "that is what it comes to anyway")
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", map[string]string{"X-Amz-Grant-Full-Control": `id="` + canonicalID + `"`}).StatusCode)
	owners := []string{canonicalID + " FULL_CONTROL"}
	assert.Equal(t, owners, grantsOf(t, e, "/bucket?acl="))
	assert.Equal(t, owners, grantsOf(t, e, "/bucket/k?acl="))

	putOwnership(t, e, "ObjectWriter")
	assert.Equal(t, "ObjectWriter", ownership())
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket?acl=", "", map[string]string{"X-Amz-Acl": "public-read"}).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k?acl=", "", map[string]string{"X-Amz-Acl": "public-read"}).StatusCode)
	got := errorOf(t, raw(t, e, "PUT", "/bucket?ownershipControls=", ownershipXML("BucketOwnerEnforced"), nil))
	assert.Equal(t, "InvalidBucketAclWithObjectOwnership", got.Code, "not while the bucket's ACL grants something to others")
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket?acl=", "", map[string]string{"X-Amz-Acl": "private"}).StatusCode)
	putOwnership(t, e, "BucketOwnerEnforced")
	assert.Equal(t, owners, grantsOf(t, e, "/bucket/k?acl="), "the object's own ACL no longer counts")
	assert.Equal(t, 403, unsigned(t, e, "GET", "/bucket/k", "", nil).StatusCode)

	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket?ownershipControls=", "", nil).StatusCode)
	got = errorOf(t, raw(t, e, "GET", "/bucket?ownershipControls=", "", nil))
	assert.Equal(t, "OwnershipControlsNotFoundError", got.Code)
	assert.Equal(t, 200, unsigned(t, e, "GET", "/bucket/k", "", nil).StatusCode, "without controls ACLs count again")

	for _, bad := range []string{ownershipXML(), ownershipXML("ObjectWriter", "ObjectWriter"), ownershipXML("mine"), "<x/>"} {
		assert.Equal(t, "MalformedXML", errorOf(t, raw(t, e, "PUT", "/bucket?ownershipControls=", bad, nil)).Code)
	}
	assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "PUT", "/bucket?ownershipControls=", "x", map[string]string{"Content-Md5": md5Of("y")})).Code)
	assert.Equal(t, 404, raw(t, e, "GET", "/bucket?ownershipControls=", "", nil).StatusCode)
	for _, verb := range []string{"GET", "PUT", "DELETE"} {
		for _, sub := range []string{"ownershipControls", "acl"} {
			if verb != "DELETE" || sub != "acl" {
				assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, verb, "/none?"+sub+"=", ownershipXML("BucketOwnerEnforced"), nil)).Code, verb+sub)
			}
		}
	}
}

func TestACannedACLIsAListOfGrants(t *testing.T) {
	e := withACLs(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", nil).StatusCode)
	own, world := canonicalID+" FULL_CONTROL", "http://acs.amazonaws.com/groups/global/"
	for _, row := range []struct {
		canned         string
		bucket, object bool
		beside         []string
	}{
		{canned: "private", bucket: true, object: true},
		{canned: "public-read", bucket: true, object: true, beside: []string{world + "AllUsers READ"}},
		{canned: "public-read-write", bucket: true, object: true, beside: []string{world + "AllUsers READ", world + "AllUsers WRITE"}},
		{canned: "authenticated-read", bucket: true, object: true, beside: []string{world + "AuthenticatedUsers READ"}},
		{canned: "aws-exec-read", bucket: true, object: true, beside: []string{"6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c READ"}},
		{canned: "bucket-owner-read", object: true},
		{canned: "bucket-owner-full-control", object: true},
		{canned: "log-delivery-write", bucket: true, beside: []string{"http://acs.amazonaws.com/groups/s3/LogDelivery WRITE", "http://acs.amazonaws.com/groups/s3/LogDelivery READ_ACP"}},
		{canned: "invalid_acl"},
		{canned: ""},
	} {
		for path, good := range map[string]bool{"/bucket?acl=": row.bucket, "/bucket/k?acl=": row.object} {
			resp := raw(t, e, "PUT", path, "", map[string]string{"X-Amz-Acl": row.canned})
			if !good {
				got := errorOf(t, resp)
				assert.Equal(t, "InvalidArgument", got.Code, row.canned+path)
				assert.Equal(t, "x-amz-acl", got.ArgumentName)
				continue
			}
			require.Equal(t, 200, resp.StatusCode, row.canned+path)
			assert.Equal(t, append(row.beside, own), grantsOf(t, e, path), row.canned)
		}
	}
}

func TestAnACLIsTakenFromHeadersOrADocumentButNotBoth(t *testing.T) {
	e := withACLs(t)
	put := func(path, body string, header map[string]string) errorAnswer {
		resp := raw(t, e, "PUT", path, body, header)
		if resp.StatusCode == 200 {
			return errorAnswer{}
		}
		require.Equal(t, 400, resp.StatusCode)
		return errorOf(t, resp)
	}
	grants := map[string]string{
		"X-Amz-Grant-Full-Control": "id=" + stranger, "X-Amz-Grant-Read": `uri="` + everybody + `", id="` + stranger + `"`,
		"X-Amz-Grant-Read-Acp": `id="` + stranger + `"`, "X-Amz-Grant-Write": `id="` + stranger + `"`, "X-Amz-Grant-Write-Acp": `id="` + stranger + `"`,
	}
	require.Zero(t, put("/bucket?acl=", "", grants))
	assert.Equal(t, []string{
		canonicalID + " FULL_CONTROL", stranger + " FULL_CONTROL", everybody + " READ", stranger + " READ", stranger + " READ_ACP", stranger + " WRITE", stranger + " WRITE_ACP",
	}, grantsOf(t, e, "/bucket?acl="))
	document := aclXML(canonicalID, grantXML("CanonicalUser", "ID", stranger, "READ"), grantXML("Group", "URI", everybody, "READ_ACP"))
	require.Zero(t, put("/bucket?acl=", document, nil))
	lines := []string{stranger + " READ", everybody + " READ_ACP"}
	assert.Equal(t, lines, grantsOf(t, e, "/bucket?acl="), "a document says all, the owner's line too")
	require.Zero(t, put("/bucket?acl=", aclXML(canonicalID), nil))
	assert.Empty(t, grantsOf(t, e, "/bucket?acl="))
	require.Zero(t, put("/bucket?acl=", document, nil))

	both := plus(grants, map[string]string{"X-Amz-Acl": "private"})
	many := make([]string, 101)
	for i := range many {
		many[i] = grantXML("CanonicalUser", "ID", stranger, "READ")
	}
	for name, row := range map[string]struct {
		body   string
		header map[string]string
		code   string
	}{
		"nothing":             {"", nil, "MissingSecurityHeader"},
		"canned and grants":   {"", both, "InvalidRequest"},
		"canned and document": {document, map[string]string{"X-Amz-Acl": "private"}, "UnexpectedContent"},
		"grants and document": {document, grants, "UnexpectedContent"},
		"no format":           {"", map[string]string{"X-Amz-Grant-Read": "somebody"}, "InvalidArgument"},
		"no canonical id":     {"", map[string]string{"X-Amz-Grant-Read": `id="somebody"`}, "InvalidArgument"},
		"no group":            {"", map[string]string{"X-Amz-Grant-Read": `uri="http://example.com/"`}, "InvalidArgument"},
		"an address":          {"", map[string]string{"X-Amz-Grant-Read": `emailAddress="ada@example.com"`}, "UnresolvableGrantByEmailAddress"},
		"no XML":              {"<AccessControlPolicy", nil, "MalformedACLError"},
		"no owner":            {aclXML("", grantXML("CanonicalUser", "ID", stranger, "READ")), nil, "MalformedACLError"},
		"another owner":       {aclXML(stranger, grantXML("CanonicalUser", "ID", stranger, "READ")), nil, "InvalidArgument"},
		"no list":             {"<AccessControlPolicy><Owner><ID>" + canonicalID + "</ID></Owner></AccessControlPolicy>", nil, "MalformedACLError"},
		"permission":          {aclXML(canonicalID, grantXML("CanonicalUser", "ID", stranger, "EXECUTE")), nil, "MalformedACLError"},
		"grantee's type":      {aclXML(canonicalID, grantXML("Robot", "ID", stranger, "READ")), nil, "MalformedACLError"},
		"grantee's id":        {aclXML(canonicalID, grantXML("CanonicalUser", "ID", "", "READ")), nil, "MalformedACLError"},
		"grantee unknown":     {aclXML(canonicalID, grantXML("CanonicalUser", "ID", "somebody", "READ")), nil, "InvalidArgument"},
		"grantee's address":   {aclXML(canonicalID, grantXML("AmazonCustomerByEmail", "EmailAddress", "a@b", "READ")), nil, "UnresolvableGrantByEmailAddress"},
		"too many":            {aclXML(canonicalID, many...), nil, "MalformedACLError"},
		"digest":              {document, map[string]string{"Content-Md5": md5Of("x")}, "BadDigest"},
	} {
		assert.Equal(t, row.code, put("/bucket?acl=", row.body, row.header).Code, name)
	}
	assert.Equal(t, lines, grantsOf(t, e, "/bucket?acl="), "and nothing of that was kept")
	assert.Equal(t, "InvalidArgument", put("/bucket/none", "x", map[string]string{"X-Amz-Grant-Read": "somebody"}).Code)
	for _, verb := range []string{"GET", "PUT"} {
		assert.Equal(t, "NoSuchKey", errorOf(t, raw(t, e, verb, "/bucket/none?acl=", document, nil)).Code)
	}
}

func TestAnObjectsACLComesWithItByEveryWay(t *testing.T) {
	e := withACLs(t)
	public := map[string]string{"X-Amz-Acl": "public-read"}
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/put", "hello", public).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/copied", "", map[string]string{"X-Amz-Copy-Source": "/bucket/put"}).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/copy", "", plus(public, map[string]string{"X-Amz-Copy-Source": "/bucket/put"})).StatusCode)
	id := uploadID(t, raw(t, e, "POST", "/bucket/parts?uploads=", "", public))
	part := raw(t, e, "PUT", "/bucket/parts?partNumber=1&uploadId="+id, "hello", nil)
	require.Equal(t, 200, raw(t, e, "POST", "/bucket/parts?uploadId="+id, completion(part.Header.Get("Etag")), nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket?acl=", "", map[string]string{"X-Amz-Acl": "public-read-write"}).StatusCode)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	require.NoError(t, w.WriteField("key", "form"))
	require.NoError(t, w.WriteField("acl", "public-read"))
	f, err := w.CreateFormFile("file", "x")
	require.NoError(t, err)
	_, err = f.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Equal(t, 204, unsigned(t, e, "POST", "/bucket", b.String(), map[string]string{"Content-Type": w.FormDataContentType()}).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/later", "hello", nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/later?acl=", "", public).StatusCode)
	for key, open := range map[string]bool{"put": true, "copied": false, "copy": true, "parts": true, "form": true, "later": true} {
		resp := unsigned(t, e, "GET", "/bucket/"+key, "", nil)
		if !open {
			denied(t, resp, "Access Denied.")
			continue
		}
		assert.Equal(t, "hello", bodyOf(t, resp), key)
		assert.Equal(t, 200, unsigned(t, e, "HEAD", "/bucket/"+key, "", nil).StatusCode)
		denied(t, unsigned(t, e, "GET", "/bucket/"+key+"?acl=", "", nil), "Access Denied.")
	}
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/put", "again", nil).StatusCode)
	denied(t, unsigned(t, e, "GET", "/bucket/put", "", nil), "Access Denied.") // a new object does not take over the old one's
}

func TestAVersionHasAnACLOfItsOwn(t *testing.T) {
	e := withACLs(t)
	setVersioning(t, e, "bucket", "Enabled")
	first := raw(t, e, "PUT", "/bucket/k", "one", nil).Header.Get("X-Amz-Version-Id")
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "two", nil).StatusCode)
	resp := raw(t, e, "PUT", "/bucket/k?acl=&versionId="+first, "", map[string]string{"X-Amz-Acl": "public-read"})
	require.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, first, resp.Header.Get("X-Amz-Version-Id"))
	assert.Len(t, grantsOf(t, e, "/bucket/k?acl=&versionId="+first), 2)
	assert.Len(t, grantsOf(t, e, "/bucket/k?acl="), 1)
	assert.Equal(t, "one", bodyOf(t, unsigned(t, e, "GET", "/bucket/k?versionId="+first, "", nil)))
	denied(t, unsigned(t, e, "GET", "/bucket/k", "", nil), "Access Denied.")
}

func TestEverybodyMayDoWhatAnACLSaysAndNoMore(t *testing.T) {
	ada := user("ada")
	e := withACLs(t, ada)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", nil).StatusCode)
	to := func(permission string) {
		t.Helper()
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket?acl=", aclXML(canonicalID, grantXML("Group", "URI", everybody, permission)), nil).StatusCode)
	}
	status := func(verb, path string) int { return unsigned(t, e, verb, path, "", nil).StatusCode }
	for permission, may := range map[string]string{
		"READ": "list", "WRITE": "put", "READ_ACP": "acl", "WRITE_ACP": "", "FULL_CONTROL": "list put acl",
	} {
		to(permission)
		for call, of := range map[string]string{
			"GET /bucket": "list", "GET /bucket?versions=": "list", "HEAD /bucket": "list", "GET /bucket?uploads=": "list", "PUT /bucket/new": "put", "GET /bucket?acl=": "acl",
			"GET /bucket/k": "never", "DELETE /bucket/k": "never", "DELETE /bucket": "never", "PUT /bucket?acl=": "never",
		} {
			verb, path, _ := strings.Cut(call, " ")
			want := 403
			if strings.Contains(may, of) {
				want = 200
			}
			assert.Equal(t, want, status(verb, path), permission+" "+call)
		}
		missing := 403
		if strings.Contains(may, "list") {
			missing = 404
		}
		assert.Equal(t, missing, status("GET", "/bucket/none"), permission)
	}
	assert.Equal(t, 403, raw(t, as(e, ada), "GET", "/bucket", "", nil).StatusCode, "who has a key needs the account's leave")

	object := func(permission string) {
		t.Helper()
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k?acl=", aclXML(canonicalID, grantXML("Group", "URI", everybody, permission)), nil).StatusCode)
	}
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket?acl=", "", map[string]string{"X-Amz-Acl": "private"}).StatusCode)
	object("READ")
	assert.Equal(t, [2]int{200, 403}, [2]int{status("GET", "/bucket/k"), status("GET", "/bucket/k?acl=")})
	object("READ_ACP")
	assert.Equal(t, [2]int{403, 200}, [2]int{status("GET", "/bucket/k"), status("GET", "/bucket/k?acl=")})
	object("FULL_CONTROL")
	assert.Equal(t, [2]int{200, 200}, [2]int{status("GET", "/bucket/k"), status("GET", "/bucket/k?acl=")})
	assert.Equal(t, 403, status("GET", "/bucket/none"))
	putPolicy(t, e, policyOf(statement("Deny", `"*"`, `"s3:GetObject"`, everyObject, "")))
	assert.Equal(t, 403, status("GET", "/bucket/k"), "a policy's deny wins over an ACL")
	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket?policy=", "", nil).StatusCode)

	putBlock(t, e, "IgnorePublicAcls")
	assert.Equal(t, 403, status("GET", "/bucket/k"))
	assert.Len(t, grantsOf(t, e, "/bucket/k?acl="), 1, "it is ignored, not forgotten")
	putBlock(t, e, "BlockPublicAcls")
	assert.Equal(t, 200, status("GET", "/bucket/k"), "what is there stays")
	public := map[string]string{"X-Amz-Acl": "public-read"}
	blocked := ` because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.`
	denied(t, raw(t, e, "PUT", "/bucket?acl=", "", public), `s3:PutBucketAcl on resource: "arn:aws:s3:::bucket"`+blocked)
	denied(t, raw(t, e, "PUT", "/bucket/k?acl=", "", map[string]string{"X-Amz-Acl": "authenticated-read"}), `s3:PutObjectAcl on resource: "arn:aws:s3:::bucket/k"`+blocked)
	denied(t, raw(t, e, "PUT", "/bucket/none", "x", public), `s3:PutObject on resource: "arn:aws:s3:::bucket/none"`+blocked)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/none", "", nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/other", "x", map[string]string{"X-Amz-Grant-Read": "id=" + stranger}).StatusCode)
}

func TestCreateBucketTakesOwnershipAndACL(t *testing.T) {
	ada := user("ada", "Allow s3:CreateBucket *")
	e := startWith(t, ada)
	open := allowPublic(t)
	create := func(e *mock.Endpoint, name string, header map[string]string) string {
		resp := raw(t, e, "PUT", "/"+name, "", header)
		if resp.StatusCode == 200 {
			return ""
		}
		assert.Equal(t, 404, raw(t, e, "HEAD", "/"+name, "", nil).StatusCode, "it was not made")
		return errorOf(t, resp).Code
	}
	writer := map[string]string{"X-Amz-Object-Ownership": "ObjectWriter"}
	public := map[string]string{"X-Amz-Acl": "public-read"}
	assert.Empty(t, create(e, "one", map[string]string{"X-Amz-Acl": "private"}))
	assert.Empty(t, create(e, "six", map[string]string{"X-Amz-Acl": "bucket-owner-full-control"}), "that of an object is ignored")
	assert.Equal(t, "InvalidArgument", create(e, "two", map[string]string{"X-Amz-Object-Ownership": "mine"}))
	assert.Equal(t, "InvalidArgument", create(e, "two", map[string]string{"X-Amz-Acl": "mine"}))
	assert.Equal(t, "InvalidBucketAclWithObjectOwnership", create(e, "two", public))
	assert.Equal(t, "InvalidBucketAclWithObjectOwnership", create(e, "two", plus(public, map[string]string{"X-Amz-Object-Ownership": "BucketOwnerEnforced"})))
	assert.Equal(t, "InvalidBucketAclWithBlockPublicAccessError", create(e, "two", plus(public, writer)))
	assert.Empty(t, create(e, "two", plus(writer, map[string]string{"X-Amz-Grant-Read": "id=" + stranger})))
	assert.Len(t, grantsOf(t, e, "/two?acl="), 2)
	assert.Empty(t, create(open, "three", plus(public, writer)))
	assert.Equal(t, 200, unsigned(t, open, "GET", "/three", "", nil).StatusCode)
	denied(t, raw(t, as(e, ada), "PUT", "/four", "", writer), "s3:PutBucketOwnershipControls")
	denied(t, raw(t, as(e, ada), "PUT", "/four", "", public), "s3:PutBucketAcl")
	require.Equal(t, 200, raw(t, as(e, ada), "PUT", "/four", "", nil).StatusCode)
	denied(t, raw(t, as(e, user("ada")), "PUT", "/four/k", "", public), "s3:PutObject")

	_, err := s3Client(t, e).CreateBucket(bg, &s3.CreateBucketInput{Bucket: aws.String("five"), ObjectOwnership: types.ObjectOwnershipBucketOwnerPreferred, ACL: types.BucketCannedACL("log-delivery-write")})
	require.NoError(t, err)
	out, err := s3Client(t, e).GetBucketAcl(bg, &s3.GetBucketAclInput{Bucket: aws.String("five")})
	require.NoError(t, err)
	require.Len(t, out.Grants, 3)
	assert.Equal(t, types.TypeGroup, out.Grants[1].Grantee.Type)
	assert.Equal(t, "http://acs.amazonaws.com/groups/s3/LogDelivery", *out.Grants[1].Grantee.URI)
}

func TestOtherServersHaveOtherWaysWithACLs(t *testing.T) {
	public := map[string]string{"X-Amz-Acl": "public-read"}
	ceph := mock.Start(t, mock.With(func(c *mock.Config) { c.Personality.Name = "ceph16" }))
	require.Equal(t, 200, raw(t, ceph, "PUT", "/bucket/k", "hello", public).StatusCode)
	assert.Equal(t, "hello", bodyOf(t, unsigned(t, ceph, "GET", "/bucket/k", "", nil)), "Ceph allows ACLs")
	minio := mock.Start(t, mock.With(func(c *mock.Config) { c.Personality.Name = "minio" }))
	require.Equal(t, 200, raw(t, minio, "PUT", "/bucket/k", "hello", public).StatusCode)
	assert.Equal(t, 403, unsigned(t, minio, "GET", "/bucket/k", "", nil).StatusCode, "MinIO ignores them")
	assert.Equal(t, 501, raw(t, minio, "PUT", "/bucket?acl=", "", public).StatusCode)
	assert.Equal(t, 200, raw(t, minio, "PUT", "/bucket/k?acl=", "", map[string]string{"X-Amz-Acl": "private"}).StatusCode)
}
