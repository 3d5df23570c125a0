package mock_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// documents are the calls that read an XML document, and how it may be looked
// at afterwards.
var documents = []struct{ method, path, look string }{
	{"PUT", "/bucket?encryption=", "/bucket?encryption="},
	{"PUT", "/bucket/one?tagging=", "/bucket/one?tagging="},
	{"PUT", "/bucket/one?encryption=", "/bucket/one"},
	{"POST", "/other?delete=", "/other?versions="},
	{"PUT", "/new-bucket", "/new-bucket?location="},
	{"POST", "/other/k?uploadId=ID", "/other?uploads="},
	{"PUT", "/bucket?versioning=", "/bucket?versioning="},
	{"PUT", "/bucket?acl=", "/bucket?acl="},
	{"PUT", "/bucket/one?acl=", "/bucket/one?acl="},
	{"PUT", "/bucket?cors=", "/bucket?cors="},
	{"PUT", "/bucket?lifecycle=", "/bucket?lifecycle="},
	{"PUT", "/bucket?tagging=", "/bucket?tagging="},
	{"PUT", "/bucket?ownershipControls=", "/bucket?ownershipControls="},
	{"PUT", "/bucket?publicAccessBlock=", "/bucket?publicAccessBlock="},
	{"PUT", "/bucket?object-lock=", "/bucket?object-lock="},
	{"PUT", "/bucket/one?retention=", "/bucket/one?retention="},
	{"PUT", "/bucket/one?legal-hold=", "/bucket/one?legal-hold="},
	{"PUT", "/bucket?website=", "/bucket?website="},
	{"PUT", "/bucket?logging=", "/bucket?logging="},
	{"PUT", "/bucket?notification=", "/bucket?notification="},
	{"PUT", "/bucket?requestPayment=", "/bucket?requestPayment="},
	{"PUT", "/bucket?accelerate=", "/bucket?accelerate="},
}

// FuzzADocumentIsTakenOrRefused throws bodies at every call that reads one.
// Whatever it takes it can tell again.
func FuzzADocumentIsTakenOrRefused(f *testing.F) {
	for i, body := range []string{
		`<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>x</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>`,
		`<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>`,
		`<ObjectEncryption><SSE-KMS><BucketKeyEnabled>true</BucketKeyEnabled><KMSKeyArn>arn:aws:kms:us-east-1:000000000000:key/` + fuzzKey + `</KMSKeyArn></SSE-KMS></ObjectEncryption>`,
		`<Delete><Object><Key>k</Key><VersionId>null</VersionId></Object><Quiet>true</Quiet></Delete>`,
		`<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>`,
		`<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></CompleteMultipartUpload>`,
		`<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`,
		`<AccessControlPolicy><Owner><ID>x</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`,
		``,
		`<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>1</MaxAgeSeconds></CORSRule></CORSConfiguration>`,
		`<LifecycleConfiguration><Rule><ID>x</ID><Status>Enabled</Status><Filter><Prefix>a</Prefix></Filter><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>`,
		`<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>`,
		`<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`,
		`<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>`,
		`<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>`,
		`<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2027-01-01T00:00:00Z</RetainUntilDate></Retention>`,
		`<LegalHold><Status>ON</Status></LegalHold>`,
		`<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule><Redirect><HostName>h</HostName></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>`,
		`<BucketLoggingStatus><LoggingEnabled><TargetBucket>other</TargetBucket><TargetPrefix>a</TargetPrefix><TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>x</ID></Grantee><Permission>READ</Permission></Grant></TargetGrants></LoggingEnabled></BucketLoggingStatus>`,
		`<NotificationConfiguration><QueueConfiguration><Queue>arn:aws:sqs:x</Queue><Event>s3:*</Event></QueueConfiguration></NotificationConfiguration>`,
		`<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>`,
		`<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>`,
	} {
		f.Add(i, body)
	}
	f.Add(0, `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`)
	f.Add(1, strings.Repeat("<a>", 500))
	x := newTarget(f)
	f.Fuzz(func(t *testing.T, which int, body string) {
		x.fresh(t)
		d := documents[uint(which)%uint(len(documents))]
		path := d.path
		if strings.HasSuffix(path, "=ID") {
			id := between(x.do(t, "POST", "/other/k?uploads=", "", nil).Body.String(), "<UploadId>", "</UploadId>")
			path = strings.TrimSuffix(path, "ID") + id
			require.Equal(t, 200, x.do(t, "PUT", "/other/k?partNumber=1&uploadId="+id, "x", nil).Code)
			defer x.do(t, "DELETE", path, "", nil)
		}
		w := x.do(t, d.method, path, body, map[string]string{"Content-Md5": md5Of(body)})
		well(t, d.method, w)
		if w.Code == 200 && w.Body.Len() > 0 {
			require.NoError(t, wellFormed(w.Body.Bytes()), w.Body.String())
		}
		w = x.do(t, "GET", d.look, "", nil)
		well(t, "GET", w)
		if d.look != "/bucket/one" {
			require.NoError(t, wellFormed(w.Body.Bytes()), w.Body.String())
		}
		if d.path == "/new-bucket" {
			x.do(t, "DELETE", d.path, "", nil)
		}
	})
}
