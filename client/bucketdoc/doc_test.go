package bucketdoc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/bucketdoc"
)

func form(t *testing.T, kind client.DocumentKind) client.DocumentForm {
	t.Helper()
	f, known := client.FormOf(kind)
	require.True(t, known)
	return f
}

func TestWhatServersWriteInTheirOwnWayIsNoDifference(t *testing.T) {
	for name, c := range map[string]struct {
		kind     client.DocumentKind
		set, got string
	}{
		"a namespace, an order, an empty element": {
			client.LifecycleDocument, `<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter/></Rule><Rule><ID>b</ID><Status>Enabled</Status></Rule></LifecycleConfiguration>`,
			`<?xml version="1.0"?><LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>b</ID><Status>Enabled</Status></Rule><Rule><Filter><Prefix></Prefix></Filter><ID>a</ID><Status>Enabled</Status></Rule></LifecycleConfiguration>`,
		},
		"a default written out": {
			client.EncryptionDocument, `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
			`<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`,
		},
		"a list of one, an account's number": {
			client.PolicyDocument, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["s3:GetObject","s3:ListBucket"],"Resource":"r"}}`,
			`{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root"]},"Action":["s3:ListBucket","s3:GetObject"],"Resource":["r"]}]}`,
		},
		"what blocks nothing, where nothing is set": {
			client.PublicAccessDocument, `<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>`,
			"",
		},
		"a time to the millisecond": {
			client.LifecycleDocument, `<LifecycleConfiguration><Rule><Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>`,
			`<LifecycleConfiguration><Rule><Expiration><Date>2027-01-01T00:00:00.000Z</Date></Expiration></Rule></LifecycleConfiguration>`,
		},
	} {
		all, err := bucketdoc.Difference(form(t, c.kind), []byte(c.set), []byte(c.got))
		require.NoError(t, err, name)
		assert.Empty(t, all, name)
	}
}

func TestADifferenceSaysWhatGoesAndWhatComes(t *testing.T) {
	tags := form(t, client.TagsDocument)
	all, err := bucketdoc.Difference(tags, []byte(`<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>`),
		[]byte(`<Tagging><TagSet><Tag><Key>a</Key><Value>2</Value></Tag></TagSet></Tagging>`))
	require.NoError(t, err)
	assert.Equal(t, []bucketdoc.Change{{Line: "TagSet/Tag[a]/Value = 1"}, {Added: true, Line: "TagSet/Tag[a]/Value = 2"}}, all)
	all, err = bucketdoc.Difference(tags, nil, []byte(`<Tagging><TagSet/></Tagging>`))
	require.NoError(t, err)
	assert.Empty(t, all)
	cors := form(t, client.CORSDocument)
	all, err = bucketdoc.Difference(cors, []byte(`<CORSConfiguration><CORSRule><AllowedOrigin>a</AllowedOrigin></CORSRule><CORSRule><AllowedOrigin>b</AllowedOrigin></CORSRule></CORSConfiguration>`),
		[]byte(`<CORSConfiguration><CORSRule><AllowedOrigin>b</AllowedOrigin></CORSRule><CORSRule><AllowedOrigin>a</AllowedOrigin></CORSRule></CORSConfiguration>`))
	require.NoError(t, err)
	assert.Len(t, all, 4, "the first rule that matches decides, so that their order counts")
}

func TestWhatIsNoDocumentIsRefusedWithItsLine(t *testing.T) {
	for text, c := range map[string]struct {
		kind client.DocumentKind
		says string
	}{
		"":                              {client.CORSDocument, "is empty"},
		"<Tagging>\n<TagSet></Tagging>": {client.TagsDocument, "line 2"},
		"<Tagging/>":                    {client.CORSDocument, "is a <Tagging>"},
		"<CORSConfiguration/><CORSConfiguration/>":   {client.CORSDocument, "one element around all"},
		"<!DOCTYPE x><CORSConfiguration/>":           {client.CORSDocument, "DOCTYPE"},
		strings.Repeat("<a>", 40):                    {client.CORSDocument, "nested deeper"},
		strings.Repeat("x", bucketdoc.Largest+1):     {client.CORSDocument, "has more than"},
		"{\n\"Statement\": [}":                       {client.PolicyDocument, "line 2"},
		strings.Repeat("[", 40):                      {client.PolicyDocument, "nested deeper"},
		`{"a":1,"a":2}`:                              {client.PolicyDocument, "there twice"},
		`{"a":1} {}`:                                 {client.PolicyDocument, "follows"},
		`{}`:                                         {client.PolicyDocument, "no Statement"},
		`{"Statement":{"Effect":"allow"}}`:           {client.PolicyDocument, "Allow or Deny"},
		`{"Statement":{"Effect":"Deny","Action":1}}`: {client.PolicyDocument, "no Principal"},
		`{"Statement":{"Effect":"Deny","Principal":"*","Resource":"r"}}`: {client.PolicyDocument, "no Action"},
		`{"Statement":{"Effect":"Deny","Principal":"*","Action":"a"}}`:   {client.PolicyDocument, "no Resource"},
	} {
		assert.ErrorContains(t, bucketdoc.Check(form(t, c.kind), []byte(text)), c.says)
	}
	_, err := bucketdoc.Difference(form(t, client.TagsDocument), []byte("x"), nil)
	require.Error(t, err)
	_, err = bucketdoc.Difference(form(t, client.TagsDocument), nil, []byte("x"))
	require.Error(t, err)
}

func TestWhatADocumentDoesUnexpectedlyIsSaid(t *testing.T) {
	for text, c := range map[string]struct {
		kind client.DocumentKind
		says string
	}{
		`<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>alias/a</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`: {client.EncryptionDocument, "account of whoever uploads"},
		`<ServerSideEncryptionConfiguration><Rule/></ServerSideEncryptionConfiguration>`:                                                                                                 {client.EncryptionDocument, "SSE-C"},
		`<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter><Prefix/></Filter><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>`:                        {client.LifecycleDocument, "every object"},
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"r"}}`:                                                                                {client.PolicyDocument, "anybody"},
		`<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>`:                                                                                                  {client.VersioningDocument, "overwritten is lost"},
		`<ObjectLockConfiguration><Rule><DefaultRetention><Mode>COMPLIANCE</Mode></DefaultRetention></Rule></ObjectLockConfiguration>`:                                                   {client.ObjectLockDocument, "nobody can remove"},
		`<AccessControlPolicy><AccessControlList><Grant><Grantee><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee></Grant></AccessControlList></AccessControlPolicy>`: {client.ACLDocument, "everybody"},
	} {
		var said strings.Builder
		for _, w := range bucketdoc.Warnings(form(t, c.kind), []byte(text)) {
			said.WriteString(w.String())
		}
		assert.Contains(t, said.String(), c.says)
	}
	assert.Empty(t, bucketdoc.Warnings(form(t, client.LifecycleDocument), []byte(`<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter><Prefix>a</Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>`)))
	assert.Empty(t, bucketdoc.Warnings(form(t, client.LifecycleDocument), []byte("x")))
}

func TestADocumentIsIndentedAndMeansTheSame(t *testing.T) {
	tags, policy := form(t, client.TagsDocument), form(t, client.PolicyDocument)
	raw := []byte(`<?xml version="1.0"?><Tagging xmlns="u"><TagSet><Tag><Key>a &amp; b</Key><Value/></Tag></TagSet></Tagging>`)
	out := bucketdoc.Indented(tags, raw)
	assert.Equal(t, "<?xml version=\"1.0\"?>\n<Tagging xmlns=\"u\">\n  <TagSet>\n    <Tag>\n      <Key>a &amp; b</Key>\n      <Value/>\n    </Tag>\n  </TagSet>\n</Tagging>\n", string(out))
	all, err := bucketdoc.Difference(tags, raw, out)
	require.NoError(t, err)
	assert.Empty(t, all)
	assert.Equal(t, "{\n  \"a\": 1\n}\n", string(bucketdoc.Indented(policy, []byte(`{"a":1}`))))
	assert.Equal(t, "x", string(bucketdoc.Indented(policy, []byte("x"))))
	assert.Equal(t, "x", string(bucketdoc.Indented(tags, []byte("x"))))
}

func TestAPolicyAsksForTheKeyOfTheRule(t *testing.T) {
	p, err := bucketdoc.DenyOtherEncryption("reports", "q3/", client.Treatment{Type: client.TypeSSEKMS, Key: "arn:aws:kms:eu-west-1:1:key/k"})
	require.NoError(t, err)
	text := string(p.JSON())
	require.NoError(t, bucketdoc.Check(form(t, client.PolicyDocument), p.JSON()))
	assert.Len(t, p.Statement, 4)
	assert.Contains(t, text, `"arn:aws:s3:::reports/q3/*"`)
	assert.Equal(t, map[string]map[string]string{"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "true"}}, p.Statement[2].Condition)
	assert.Equal(t, map[string]map[string]string{"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:1:key/k"}}, p.Statement[3].Condition)
	p, err = bucketdoc.DenyOtherEncryption("reports", "", client.Treatment{Type: client.TypeSSES3})
	require.NoError(t, err)
	assert.Len(t, p.Statement, 2, "SSE-S3 has no key to name")
	_, err = bucketdoc.DenyOtherEncryption("reports", "", client.Treatment{Type: client.TypeSSEC})
	require.ErrorContains(t, err, "no policy can ask for")
	_, err = bucketdoc.DenyOtherEncryption("reports", "${aws:username}/", client.Treatment{Type: client.TypeSSES3})
	require.ErrorContains(t, err, "cannot be written in a policy")
}

func TestAColleagueIsNamedAsTheServiceNamesPeople(t *testing.T) {
	for who, want := range map[string]string{
		"111122223333":          "arn:aws:iam::111122223333:root",
		"arn:aws:iam::1:role/r": "arn:aws:iam::1:role/r",
		"GOV108029_ann":         "arn:aws:iam:::user/GOV108029_ann",
		"lab$ann":               "arn:aws:iam::lab:user/ann",
	} {
		p, err := bucketdoc.ReadFor("reports", "q3/", who)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"AWS": want}, p.Statement[1].Principal)
		assert.Equal(t, "q3/*", p.Statement[0].Condition["StringLike"]["s3:prefix"])
	}
	_, err := bucketdoc.ReadFor("reports", "", "a b")
	require.ErrorContains(t, err, "nobody a policy can name")
	require.NoError(t, bucketdoc.Check(form(t, client.PolicyDocument), bucketdoc.HTTPSOnly("reports").JSON()))
}
