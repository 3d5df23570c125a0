package mock_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// The documents that are kept and told again: what each takes, tells and refuses.

type bucketDocument struct {
	sub, unset string   // the answer before anything was put: a code, or a piece of the document
	good       string   // taken
	told       []string // pieces of what is then answered
	status     int      // of PUT
	deleted    bool     // DELETE is there
	bad        map[string]string
}

func inside(root, inner string) string {
	return "<" + root + ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` + inner + "</" + root + ">"
}

func tagsXML(tags ...string) string {
	var b strings.Builder
	for _, t := range tags {
		key, value, _ := strings.Cut(t, "=")
		b.WriteString("<Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag>")
	}
	return inside("Tagging", "<TagSet>"+b.String()+"</TagSet>")
}

func lifecycleXML(rules ...string) string {
	return inside("LifecycleConfiguration", "<Rule>"+strings.Join(rules, "</Rule><Rule>")+"</Rule>")
}

func websiteXML(inner string) string { return inside("WebsiteConfiguration", inner) }

func routingXML(rule string) string {
	return websiteXML("<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule>" + rule + "</RoutingRule></RoutingRules>")
}

func numbered(n int, format string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return all
}

const (
	enabled   = "<Status>Enabled</Status><Filter><Prefix>a</Prefix></Filter>"
	expire    = "<Expiration><Days>1</Days></Expiration>"
	malformed = "MalformedXML"
)

var bucketDocuments = []bucketDocument{
	{
		sub: "tagging", unset: "NoSuchTagSet", status: 204, deleted: true, good: tagsXML("key=value", "ü k=a b"),
		told: []string{"<Key>key</Key><Value>value</Value>", "<Key>ü k</Key><Value>a b</Value>"},
		bad: map[string]string{
			"<x": malformed, tagsXML("user!name=x"): "InvalidTag The TagKey you have provided is invalid", tagsXML("a=b?"): "InvalidTag The TagValue you have provided is invalid",
			tagsXML("a=b", "a=c"):                    "InvalidTag Cannot provide multiple Tags with the same key",
			tagsXML(numbered(51, "key-%d=x")...):     "BadRequest Bucket tag count cannot be greater than 50",
			tagsXML(strings.Repeat("k", 129) + "=x"): "InvalidTag The TagKey",
			tagsXML("k=" + strings.Repeat("v", 257)): "InvalidTag The TagValue",
		},
	},
	{
		sub: "lifecycle", unset: "NoSuchLifecycleConfiguration", status: 200, deleted: true,
		good: lifecycleXML(
			"<ID>all</ID>"+enabled+"<Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration><Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"+
				"<NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>"+
				"<NoncurrentVersionTransition><NoncurrentDays>0</NoncurrentDays><StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>"+
				"<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
			"<Status>Disabled</Status><Filter><And><Prefix>p</Prefix><Tag><Key>a</Key><Value>b</Value></Tag><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></And></Filter>"+expire,
			"<Status>Enabled</Status><Prefix></Prefix><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
			"<Status>Enabled</Status><Filter></Filter><Transition><Date>2030-01-01</Date><StorageClass>DEEP_ARCHIVE</StorageClass></Transition>",
		),
		told: []string{
			"<ID>all</ID>", "<Filter><Prefix>a</Prefix></Filter>", "<Date>2030-01-01T00:00:00.000Z</Date>", "<StorageClass>STANDARD_IA</StorageClass>", "<NewerNoncurrentVersions>2</NewerNoncurrentVersions>",
			"<NoncurrentDays>0</NoncurrentDays>", "<DaysAfterInitiation>7</DaysAfterInitiation>", "<Tag><Key>a</Key><Value>b</Value></Tag><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan>",
			"<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>", "<Prefix></Prefix>", "<Filter></Filter>",
		},
		bad: map[string]string{
			"": malformed, inside("LifecycleConfiguration", ""): malformed, lifecycleXML(numbered(1001, enabled+expire+"<ID>%d</ID>")...): malformed,
			lifecycleXML("<Status>enabled</Status><Prefix>a</Prefix>" + expire):                                                            malformed,
			lifecycleXML("<Status>Enabled</Status>" + expire):                                                                              malformed,
			lifecycleXML(enabled + "<Prefix>a</Prefix>" + expire):                                                                          malformed,
			lifecycleXML("<Status>Enabled</Status><Filter><Prefix>a</Prefix><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter>" + expire): malformed,
			lifecycleXML(enabled): "InvalidRequest At least one action needs to be specified in a rule",
			lifecycleXML(enabled + expire + "<ID>" + strings.Repeat("i", 256) + "</ID>"):                                                                                                                                  "InvalidArgument ID length should not exceed allowed limit of 255",
			lifecycleXML(enabled+expire+"<ID>a</ID>", enabled+expire+"<ID>a</ID>"):                                                                                                                                        "InvalidArgument Rule ID must be unique.",
			lifecycleXML(enabled + "<Expiration><Days>0</Days></Expiration>"):                                                                                                                                             "InvalidArgument 'Days' for Expiration action must be a positive integer",
			lifecycleXML(enabled + "<Expiration></Expiration>"):                                                                                                                                                           malformed,
			lifecycleXML(enabled + "<Expiration><Days>1</Days><Date>2030-01-01</Date></Expiration>"):                                                                                                                      malformed,
			lifecycleXML(enabled + "<Expiration><Date>soon</Date></Expiration>"):                                                                                                                                          malformed,
			lifecycleXML(enabled + "<Expiration><Date>2030-01-01T01:00:00Z</Date></Expiration>"):                                                                                                                          "InvalidArgument 'Date' must be at midnight GMT",
			lifecycleXML(enabled + "<Transition><Days>29</Days><StorageClass>ONEZONE_IA</StorageClass></Transition>"):                                                                                                     "InvalidArgument 'Days' in Transition action must be greater than or equal to 30 for storageClass 'ONEZONE_IA'",
			lifecycleXML(enabled + "<Transition><Days>-1</Days><StorageClass>GLACIER</StorageClass></Transition>"):                                                                                                        "InvalidArgument 'Days' in Transition action must be nonnegative",
			lifecycleXML(enabled + "<Transition><Days>1</Days><StorageClass>COLD</StorageClass></Transition>"):                                                                                                            malformed,
			lifecycleXML(enabled + "<Transition><StorageClass>GLACIER</StorageClass></Transition>"):                                                                                                                       malformed,
			lifecycleXML(enabled + "<Transition><Date>2030-01-01T01:00:00Z</Date><StorageClass>GLACIER</StorageClass></Transition>"):                                                                                      "InvalidArgument 'Date' must be at midnight GMT",
			lifecycleXML(enabled + "<NoncurrentVersionTransition><StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>"):                                                                                     malformed,
			lifecycleXML(enabled + "<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays><StorageClass>STANDARD_IA</StorageClass></NoncurrentVersionTransition>"):                                               "InvalidArgument 'NoncurrentDays' in NoncurrentVersionTransition",
			lifecycleXML(enabled + "<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>"):                                                                                       "InvalidArgument 'NoncurrentDays' for NoncurrentVersionExpiration",
			lifecycleXML(enabled + "<NoncurrentVersionExpiration></NoncurrentVersionExpiration>"):                                                                                                                         malformed,
			lifecycleXML(enabled + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload>"):                                                                       "InvalidArgument 'DaysAfterInitiation'",
			lifecycleXML(enabled + "<AbortIncompleteMultipartUpload></AbortIncompleteMultipartUpload>"):                                                                                                                   malformed,
			lifecycleXML("<Status>Enabled</Status><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>"): "InvalidRequest AbortIncompleteMultipartUpload cannot be specified with Tags.",
			lifecycleXML("<Status>Enabled</Status><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"):                          "InvalidRequest ExpiredObjectDeleteMarker cannot be specified with Tags.",
		},
	},
	{
		sub: "website", unset: "NoSuchWebsiteConfiguration", status: 200, deleted: true,
		good: websiteXML("<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>e.html</Key></ErrorDocument><RoutingRules><RoutingRule><Condition><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>d/</ReplaceKeyPrefixWith></Redirect></RoutingRule>" +
			"<RoutingRule><Redirect><ReplaceKeyWith>r</ReplaceKeyWith></Redirect></RoutingRule><RoutingRule><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>h</HostName><HttpRedirectCode>302</HttpRedirectCode><Protocol>https</Protocol></Redirect></RoutingRule></RoutingRules>"),
		told: []string{"<Suffix>index.html</Suffix>", "<Key>e.html</Key>", "<KeyPrefixEquals>docs/</KeyPrefixEquals>", "<HttpRedirectCode>302</HttpRedirectCode>"},
		bad: map[string]string{
			websiteXML(""): malformed, "<x": malformed,
			websiteXML("<RedirectAllRequestsTo><HostName>h</HostName></RedirectAllRequestsTo><IndexDocument><Suffix>i</Suffix></IndexDocument>"): malformed,
			websiteXML("<RedirectAllRequestsTo><HostName></HostName></RedirectAllRequestsTo>"):                                                   malformed,
			websiteXML("<RedirectAllRequestsTo><HostName>h</HostName><Protocol>ftp</Protocol></RedirectAllRequestsTo>"):                          "InvalidRequest Invalid protocol",
			websiteXML("<IndexDocument><Suffix>a/b</Suffix></IndexDocument>"):                                                                    "InvalidArgument The IndexDocument Suffix is not well formed",
			websiteXML("<IndexDocument><Suffix>i</Suffix></IndexDocument><ErrorDocument><Key></Key></ErrorDocument>"):                            "InvalidArgument The ErrorDocument Key is not well formed",
			routingXML("<Redirect></Redirect>"): malformed,
			routingXML("<Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith></Redirect>"):                            "InvalidRequest You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
			routingXML("<Redirect><Protocol>ftp</Protocol></Redirect>"):                                                                                    "InvalidRequest Invalid protocol",
			routingXML("<Redirect><HttpRedirectCode>300</HttpRedirectCode></Redirect>"):                                                                    "InvalidRequest The provided HTTP redirect code (300) is not valid.",
			routingXML("<Redirect><HttpRedirectCode>3xx</HttpRedirectCode></Redirect>"):                                                                    malformed,
			routingXML("<Condition></Condition><Redirect><HostName>h</HostName></Redirect>"):                                                               malformed,
			routingXML("<Condition><HttpErrorCodeReturnedEquals>418</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>h</HostName></Redirect>"): "InvalidRequest The provided HTTP error code (418) is not valid.",
			routingXML("<Condition><HttpErrorCodeReturnedEquals>x</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>h</HostName></Redirect>"):   malformed,
			routingXML(strings.Join(numbered(51, "<Redirect><HostName>h%d</HostName></Redirect>"), "</RoutingRule><RoutingRule>")):                         "InvalidRequest 51 routing rules provided",
			websiteXML(strings.Repeat(" ", 128<<10)):                                                                                                       "MaxMessageLengthExceeded",
		},
	},
	{
		sub: "logging", unset: "<BucketLoggingStatus ", status: 200,
		good: inside("BucketLoggingStatus", `<LoggingEnabled><TargetBucket>bucket</TargetBucket><TargetPrefix>l/</TargetPrefix><TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></TargetGrants><TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat></LoggingEnabled>`),
		told: []string{"<TargetBucket>bucket</TargetBucket>", "<TargetPrefix>l/</TargetPrefix>", `xsi:type="Group"`, "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>", "<PartitionDateSource>EventTime</PartitionDateSource>"},
		bad: map[string]string{
			"<x": malformed, inside("BucketLoggingStatus", "<LoggingEnabled><TargetBucket>bucket</TargetBucket></LoggingEnabled>"): malformed,
			inside("BucketLoggingStatus", "<LoggingEnabled><TargetBucket>none</TargetBucket><TargetPrefix></TargetPrefix></LoggingEnabled>"):                                                                                "InvalidTargetBucketForLogging The target bucket for logging does not exist",
			inside("BucketLoggingStatus", "<LoggingEnabled><TargetBucket>bucket</TargetBucket><TargetPrefix></TargetPrefix><TargetGrants><Grant><Permission>READ_ACP</Permission></Grant></TargetGrants></LoggingEnabled>"): malformed,
		},
	},
	{
		sub: "notification", unset: "<NotificationConfiguration ", status: 200,
		good: inside("NotificationConfiguration", "<TopicConfiguration><Id>t</Id><Topic>arn:aws:sns:us-east-1:000000000000:t</Topic><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>a</Value></FilterRule></S3Key></Filter></TopicConfiguration>"+
			"<QueueConfiguration><Queue>arn:aws:sqs:us-east-1:000000000000:q</Queue><Event>s3:ObjectRemoved:Delete</Event></QueueConfiguration><CloudFunctionConfiguration><CloudFunction>arn:aws:lambda:us-east-1:000000000000:function:f</CloudFunction><Event>s3:ObjectRestore:Post</Event></CloudFunctionConfiguration><EventBridgeConfiguration/>"),
		told: []string{"<Id>t</Id>", "<Name>prefix</Name><Value>a</Value>", "<Queue>arn:aws:sqs:us-east-1:000000000000:q</Queue>", "<CloudFunction>arn:aws:lambda:us-east-1:000000000000:function:f</CloudFunction>", "<EventBridgeConfiguration></EventBridgeConfiguration>"},
		bad: map[string]string{
			"<x": malformed,
			inside("NotificationConfiguration", "<TopicConfiguration><Topic>arn:aws:sqs:x</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration>"):                                                                               "InvalidArgument The ARN could not be parsed",
			inside("NotificationConfiguration", "<QueueConfiguration><Queue>arn:aws:sqs:x</Queue></QueueConfiguration>"):                                                                                                                malformed,
			inside("NotificationConfiguration", "<CloudFunctionConfiguration><CloudFunction>arn:aws:lambda:x</CloudFunction><Event>created</Event></CloudFunctionConfiguration>"):                                                       "InvalidArgument The event 'created' is not supported",
			inside("NotificationConfiguration", "<QueueConfiguration><Queue>arn:aws:sqs:x</Queue><Event>s3:*</Event><Filter><S3Key><FilterRule><Name>middle</Name><Value>a</Value></FilterRule></S3Key></Filter></QueueConfiguration>"): "InvalidArgument filter rule name must be either prefix or suffix",
		},
	},
	{
		sub: "requestPayment", unset: "<Payer>BucketOwner</Payer>", status: 200, good: inside("RequestPaymentConfiguration", "<Payer>Requester</Payer>"),
		told: []string{"<Payer>Requester</Payer>"}, bad: map[string]string{"<x": malformed, inside("RequestPaymentConfiguration", "<Payer>me</Payer>"): malformed},
	},
	{
		sub: "accelerate", unset: "<AccelerateConfiguration ", status: 200, good: inside("AccelerateConfiguration", "<Status>Enabled</Status>"),
		told: []string{"<Status>Enabled</Status>"}, bad: map[string]string{"<x": malformed, inside("AccelerateConfiguration", "<Status>Disabled</Status>"): malformed},
	},
}

func TestTheDocumentsOfABucketAreKeptAndToldAgain(t *testing.T) {
	for _, d := range bucketDocuments {
		t.Run(d.sub, func(t *testing.T) {
			e := mock.Start(t)
			path := "/bucket?" + d.sub + "="
			get := func() string { return bodyOf(t, raw(t, e, "GET", path, "", nil)) }
			assert.Contains(t, get(), d.unset)
			for bad, want := range d.bad {
				resp := raw(t, e, "PUT", path, bad, nil)
				if !assert.Equal(t, 400, resp.StatusCode, bad) {
					continue
				}
				got := errorOf(t, resp)
				assert.Contains(t, got.Code+" "+got.Message, want, bad)
			}
			assert.Contains(t, get(), d.unset, "what was refused is not kept")
			require.Equal(t, d.status, raw(t, e, "PUT", path, d.good, nil).StatusCode)
			for _, piece := range d.told {
				assert.Contains(t, get(), piece)
			}
			assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "PUT", path, d.good, map[string]string{"Content-Md5": md5Of("x")})).Code)
			for _, verb := range []string{"GET", "PUT"} {
				assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, verb, "/none?"+d.sub+"=", strings.ReplaceAll(d.good, "l/", "m/"), nil)).Code, verb)
			}
			resp := raw(t, e, "DELETE", path, "", nil)
			if !d.deleted {
				assert.Equal(t, 501, resp.StatusCode)
				assert.Contains(t, get(), d.told[0])
				return
			}
			require.Equal(t, 204, resp.StatusCode)
			assert.Contains(t, get(), d.unset)
			assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, "DELETE", "/none?"+d.sub+"=", "", nil)).Code)
			assert.Equal(t, 200, raw(t, e, "HEAD", "/bucket", "", nil).StatusCode, "the bucket itself is there")
		})
	}
}

func TestEachDocumentNeedsItsOwnPermission(t *testing.T) {
	nobody := user("nobody", "Allow s3:None *")
	e := startWith(t, nobody)
	for call, action := range map[string]string{
		"GET tagging": "GetBucketTagging", "PUT tagging": "PutBucketTagging", "DELETE tagging": "PutBucketTagging", "GET lifecycle": "GetLifecycleConfiguration",
		"PUT lifecycle": "PutLifecycleConfiguration", "DELETE lifecycle": "PutLifecycleConfiguration", "GET website": "GetBucketWebsite", "PUT website": "PutBucketWebsite",
		"DELETE website": "DeleteBucketWebsite", "GET logging": "GetBucketLogging", "PUT logging": "PutBucketLogging", "GET notification": "GetBucketNotification",
		"PUT notification": "PutBucketNotification", "GET requestPayment": "GetBucketRequestPayment", "PUT requestPayment": "PutBucketRequestPayment",
		"GET accelerate": "GetAccelerateConfiguration", "PUT accelerate": "PutAccelerateConfiguration", "GET cors": "GetBucketCORS", "PUT cors": "PutBucketCORS", "DELETE cors": "PutBucketCORS",
		"GET acl": "GetBucketAcl", "PUT acl": "PutBucketAcl", "GET policy": "GetBucketPolicy", "PUT policy": "PutBucketPolicy", "DELETE policy": "DeleteBucketPolicy", "GET policyStatus": "GetBucketPolicyStatus",
		"GET publicAccessBlock": "GetBucketPublicAccessBlock", "PUT publicAccessBlock": "PutBucketPublicAccessBlock", "DELETE publicAccessBlock": "PutBucketPublicAccessBlock",
		"GET ownershipControls": "GetBucketOwnershipControls", "PUT ownershipControls": "PutBucketOwnershipControls", "DELETE ownershipControls": "PutBucketOwnershipControls",
	} {
		verb, sub, _ := strings.Cut(call, " ")
		denied(t, raw(t, as(e, nobody), verb, "/bucket?"+sub+"=", "", nil), "not authorized to perform: s3:"+action+` on resource: "arn:aws:s3:::bucket" because`)
	}
}

func TestLifecycleTellsTheLeastSizeAndNamesRules(t *testing.T) {
	e := mock.Start(t)
	const header = "X-Amz-Transition-Default-Minimum-Object-Size"
	put := func(minimum string) string {
		how := map[string]string{}
		if minimum != "" {
			how[header] = minimum
		}
		resp := raw(t, e, "PUT", "/bucket?lifecycle=", lifecycleXML(enabled+expire), how)
		if resp.StatusCode != 200 {
			return errorOf(t, resp).Code
		}
		return resp.Header.Get(header)
	}
	assert.Equal(t, "all_storage_classes_128K", put(""))
	assert.Equal(t, "varies_by_storage_class", put("varies_by_storage_class"))
	assert.Equal(t, "InvalidArgument", put("none"))
	resp := raw(t, e, "GET", "/bucket?lifecycle=", "", nil)
	assert.Equal(t, "varies_by_storage_class", resp.Header.Get(header))
	assert.NotContains(t, bodyOf(t, resp), "<ID></ID>", "a rule without a name gets one")
	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket?lifecycle=", "", nil).StatusCode)
	assert.Empty(t, raw(t, e, "GET", "/bucket?lifecycle=", "", nil).Header.Get(header))
}

func TestABucketMayBeMadeWithTags(t *testing.T) {
	ada := user("ada", "Allow s3:CreateBucket *")
	e := startWith(t, ada)
	doc := func(tags string) string {
		return inside("CreateBucketConfiguration", "<Tags>"+tags+"</Tags>")
	}
	tag := "<Tag><Key>a</Key><Value>b</Value></Tag>"
	require.Equal(t, 200, raw(t, e, "PUT", "/new", doc(tag), nil).StatusCode)
	assert.Contains(t, bodyOf(t, raw(t, e, "GET", "/new?tagging=", "", nil)), "<Key>a</Key><Value>b</Value>")
	assert.Equal(t, "InvalidTag", errorOf(t, raw(t, e, "PUT", "/other", doc(tag+tag), nil)).Code)
	denied(t, raw(t, as(e, ada), "PUT", "/other", doc(tag), nil), "s3:TagResource")
	assert.Equal(t, 404, raw(t, e, "HEAD", "/other", "", nil).StatusCode)
}

func TestABucketWithADotIsNotAccelerated(t *testing.T) {
	e := mock.Start(t, mock.With(func(c *mock.Config) { c.Buckets = append(c.Buckets, "a.b") }))
	got := errorOf(t, raw(t, e, "PUT", "/a.b?accelerate=", inside("AccelerateConfiguration", "<Status>Enabled</Status>"), nil))
	assert.Equal(t, "InvalidRequest", got.Code)
	assert.NotContains(t, bodyOf(t, raw(t, e, "GET", "/a.b?accelerate=", "", nil)), "Enabled")
}

func TestMinIOHasFewerDocuments(t *testing.T) {
	e := mock.Start(t, mock.With(func(c *mock.Config) { c.Personality.Name = "minio" }))
	for call, want := range map[string]int{
		"GET ownershipControls": 501, "PUT publicAccessBlock": 501, "PUT website": 501, "GET website": 404, "PUT cors": 501, "GET cors": 404, "GET requestPayment": 200, "GET policy": 404,
	} {
		verb, sub, _ := strings.Cut(call, " ")
		assert.Equal(t, want, raw(t, e, verb, "/bucket?"+sub+"=", "", nil).StatusCode, call)
	}
}
