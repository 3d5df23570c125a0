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
		"what is switched off": {
			client.VersioningDocument, `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`,
			`<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Disabled</MfaDelete><MFADelete>Disabled</MFADelete></VersioningConfiguration>`,
		},
		"an end, the names of people": {
			client.ACLDocument, `<AccessControlPolicy><Owner><ID>o</ID></Owner></AccessControlPolicy>`,
			`<AccessControlPolicy><Owner><ID>o</ID><DisplayName>Ann</DisplayName></Owner><IsTruncated>false</IsTruncated></AccessControlPolicy>`,
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

func TestWhatMeansAnotherThingIsADifference(t *testing.T) {
	for name, c := range map[string]struct {
		kind     client.DocumentKind
		from, to string
	}{
		"an order that decides":   {client.WebsiteDocument, `<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect><HostName>a</HostName></Redirect></RoutingRule><RoutingRule><Redirect><HostName>b</HostName></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>`, `<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect><HostName>b</HostName></Redirect></RoutingRule><RoutingRule><Redirect><HostName>a</HostName></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>`},
		"an attribute":            {client.ACLDocument, `<AccessControlPolicy><Grantee type="Group"/></AccessControlPolicy>`, `<AccessControlPolicy><Grantee type="CanonicalUser"/></AccessControlPolicy>`},
		"a value beside one":      {client.TagsDocument, `<Tagging><Value a="1">x</Value></Tagging>`, `<Tagging><Value a="1">y</Value></Tagging>`},
		"one that is switched on": {client.VersioningDocument, `<VersioningConfiguration/>`, `<VersioningConfiguration><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>`},
		"a number to its end":     {client.PolicyDocument, `{"a":12345678901234567890}`, `{"a":12345678901234567891}`},
		"twice and once":          {client.PolicyDocument, `{"Action":["a","a"]}`, `{"Action":["a"]}`},
	} {
		there, err := bucketdoc.Difference(form(t, c.kind), []byte(c.from), []byte(c.to))
		require.NoError(t, err, name)
		back, err := bucketdoc.Difference(form(t, c.kind), []byte(c.to), []byte(c.from))
		require.NoError(t, err, name)
		assert.NotEmpty(t, there, name)
		assert.Len(t, back, len(there), name)
	}
	twice := []byte(`{"Action":["a","a"]}`)
	all, err := bucketdoc.Difference(form(t, client.PolicyDocument), twice, twice)
	require.NoError(t, err)
	assert.Empty(t, all)
}

func TestSpacesInAValueAreAPartOfIt(t *testing.T) {
	tags := form(t, client.TagsDocument)
	with := func(value string) []byte {
		return []byte("<Tagging>\n <TagSet>\n <Tag><Key>a</Key><Value>" + value + "</Value></Tag>\n </TagSet>\n</Tagging>\n")
	}
	for _, value := range []string{" x", "x ", "x <!-- y --> z", "x\n y", " <![CDATA[x]]>"} {
		all, err := bucketdoc.Difference(tags, with("x"), with(value))
		require.NoError(t, err)
		assert.Len(t, all, 2, "%q is another value than x", value)
		all, err = bucketdoc.Difference(tags, with(value), bucketdoc.Indented(tags, with(value)))
		require.NoError(t, err)
		assert.Empty(t, all, "%q is shown as it is", value)
	}
	all, err := bucketdoc.Difference(tags, with("\n  "), with(""))
	require.NoError(t, err)
	assert.Empty(t, all, "an element that is closed on the next line is empty")
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
		`<ServerSideEncryptionConfiguration><Rule/></ServerSideEncryptionConfiguration>`:                                                                                                                                                {client.EncryptionDocument, "SSE-C"},
		`<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter><Prefix/></Filter><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>`:                                                                       {client.LifecycleDocument, "every object"},
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"r"}}`:                                                                                                                               {client.PolicyDocument, "anybody"},
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"r"}}`:                                                                                                                                       {client.PolicyDocument, "anybody"},
		`<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><KMSMasterKeyID>arn:aws:kms:eu-west-1:1:alias/a</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`: {client.EncryptionDocument, "account of whoever uploads"},
		`<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>`:                                                                                                                                                 {client.VersioningDocument, "overwritten is lost"},
		`<ObjectLockConfiguration><Rule><DefaultRetention><Mode>COMPLIANCE</Mode></DefaultRetention></Rule></ObjectLockConfiguration>`:                                                                                                  {client.ObjectLockDocument, "nobody can remove"},
		`<AccessControlPolicy><AccessControlList><Grant><Grantee><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee></Grant></AccessControlList></AccessControlPolicy>`:                                                {client.ACLDocument, "everybody"},
	} {
		var said strings.Builder
		for _, w := range bucketdoc.Warnings(form(t, c.kind), []byte(text)) {
			said.WriteString(w.String())
		}
		assert.Contains(t, said.String(), c.says)
	}
	assert.Empty(t, bucketdoc.Warnings(form(t, client.LifecycleDocument), []byte("x")))
}

func TestWhatADocumentDoesAsExpectedIsNotWarnedOf(t *testing.T) {
	const rule, statement = `<LifecycleConfiguration><Rule><Expiration><Days>3</Days></Expiration>`, `{"Statement":{"Principal":"*","Action":"a","Resource":"r",`
	for text, kind := range map[string]client.DocumentKind{
		rule + `<Status>Enabled</Status><Filter><Prefix>a</Prefix></Filter></Rule></LifecycleConfiguration>`: client.LifecycleDocument,
		rule + `<Status>Enabled</Status><Prefix>a</Prefix></Rule></LifecycleConfiguration>`:                  client.LifecycleDocument,
		rule + `<Status>Disabled</Status></Rule></LifecycleConfiguration>`:                                   client.LifecycleDocument,
		statement + `"Effect":"Deny"}}`: client.PolicyDocument,
		statement + `"Effect":"Allow","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`:                                               client.PolicyDocument,
		`<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`:                                                      client.VersioningDocument,
		`<ObjectLockConfiguration><Rule><DefaultRetention><Mode>GOVERNANCE</Mode></DefaultRetention></Rule></ObjectLockConfiguration>`:     client.ObjectLockDocument,
		`<AccessControlPolicy><AccessControlList><Grant><Grantee><ID>ann</ID></Grantee></Grant></AccessControlList></AccessControlPolicy>`: client.ACLDocument,
		`<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:aws:kms:eu-west-1:1:key/k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BlockedEncryptionTypes><EncryptionType>NONE</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>`: client.EncryptionDocument,
	} {
		require.NoError(t, bucketdoc.Check(form(t, kind), []byte(text)))
		assert.Empty(t, bucketdoc.Warnings(form(t, kind), []byte(text)), text)
	}
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
	require.NoError(t, bucketdoc.Check(form(t, client.PolicyDocument), p.JSON()))
	assert.Len(t, p.Statement, 4)
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

func TestAPolicySaysWhatItsTemplateIsFor(t *testing.T) {
	denied := func(sid, operator, key, value string) string {
		return `{"Sid":"` + sid + `","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::reports/q3/*","Condition":{"` + operator + `":{"s3:x-amz-server-side-encryption` + key + `":"` + value + `"}}}`
	}
	const key = "-aws-kms-key-id"
	deny, err := bucketdoc.DenyOtherEncryption("reports", "q3/", client.Treatment{Type: client.TypeSSEKMS, Key: "k"})
	require.NoError(t, err)
	read, err := bucketdoc.ReadFor("reports", "q3/", "arn:aws:iam::1:role/r")
	require.NoError(t, err)
	for want, p := range map[string]bucketdoc.Policy{
		denied("DenyUploadsThatAskForNoEncryption", "Null", "", "true") + "," + denied("DenyOtherEncryption", "StringNotEqualsIfExists", "", "aws:kms") + "," +
			denied("DenyUploadsThatNameNoKey", "Null", key, "true") + "," + denied("DenyOtherKeys", "StringNotEqualsIfExists", key, "k"): deny,
		`{"Sid":"HttpsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`: bucketdoc.HTTPSOnly("b"),
		`{"Sid":"LetList","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:role/r"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::reports","Condition":{"StringLike":{"s3:prefix":"q3/*"}}},` +
			`{"Sid":"LetRead","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:role/r"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/q3/*"}`: read,
	} {
		assert.JSONEq(t, `{"Version":"2012-10-17","Statement":[`+want+`]}`, string(p.JSON()))
	}
}
