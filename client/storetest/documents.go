package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// aDocument is a document that a bucket may get, of which mark comes back.
type aDocument struct {
	kind       client.DocumentKind
	text, mark string
}

// someDocuments are of the kinds that need nothing outside the bucket. BUCKET is its name.
var someDocuments = []aDocument{
	{client.PolicyDocument, `{"Version":"2012-10-17","Statement":[{"Sid":"HttpsOnly","Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, "HttpsOnly"},
	{client.VersioningDocument, `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`, "<Status>Enabled</Status>"},
	{client.EncryptionDocument, `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`, "AES256"},
	{client.LifecycleDocument, `<LifecycleConfiguration><Rule><ID>expire</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Days>7</Days></Expiration></Rule></LifecycleConfiguration>`, "<Days>7</Days>"},
	{client.CORSDocument, `<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`, "https://a.example"},
	{client.TagsDocument, `<Tagging><TagSet><Tag><Key>project</Key><Value>q3</Value></Tag></TagSet></Tagging>`, "q3"},
	{client.PublicAccessDocument, `<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`, "true</BlockPublicPolicy>"},
	{client.OwnershipDocument, `<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>`, "BucketOwnerPreferred"},
	{client.WebsiteDocument, `<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>`, "index.html"},
	{client.RequesterPaysDocument, `<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>`, "<Payer>Requester</Payer>"},
	{client.AccelerateDocument, `<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>`, "Suspended"},
}

var documents = []testCase{
	{"ADocumentOfABucketIsSetReadAndRemoved", func(t *testing.T, f Fixture) {
		store := f.documents(t)
		for _, d := range someDocuments {
			if !slices.Contains(f.Documents, d.kind) {
				continue
			}
			require.NoError(t, store.SetDocument(t.Context(), f.Bucket, d.kind, []byte(strings.ReplaceAll(d.text, "BUCKET", f.Bucket))), d.kind)
			got, err := store.Document(t.Context(), f.Bucket, d.kind)
			require.NoError(t, err, d.kind)
			assert.Contains(t, string(got), d.mark, d.kind)
			form, _ := client.FormOf(d.kind)
			err = store.RemoveDocument(t.Context(), f.Bucket, d.kind)
			if form.Stays {
				fails(t, client.KindInvalid, f.at(""), err)
				continue
			}
			require.NoError(t, err, d.kind)
			got, err = store.Document(t.Context(), f.Bucket, d.kind)
			require.NoError(t, err, d.kind)
			if d.kind != client.EncryptionDocument { // AWS encrypts all the same
				assert.Empty(t, got, d.kind)
			}
		}
		assert.Contains(t, bucketNames(t, f), f.Bucket)
	}},
	{"NothingSetAndNoSuchDocumentAreTwoAnswers", func(t *testing.T, f Fixture) {
		store := f.documents(t)
		for _, d := range someDocuments {
			if slices.Contains(f.Documents, d.kind) {
				_, err := store.Document(t.Context(), f.Bucket, d.kind)
				assert.NoError(t, err, d.kind)
				continue
			}
			_, err := store.Document(t.Context(), f.Bucket, d.kind)
			if err != nil { // where it is read, it may still not be set
				fails(t, client.KindUnsupported, f.at(""), err)
			}
			fails(t, client.KindUnsupported, f.at(""), store.SetDocument(t.Context(), f.Bucket, d.kind, []byte(d.text)))
		}
		if slices.Contains(f.Documents, client.PolicyDocument) {
			got, err := store.Document(t.Context(), f.Bucket, client.PolicyDocument)
			require.NoError(t, err)
			assert.Nil(t, got)
		}
	}},
	// Old servers delete the bucket in the place of its document.
	{"WhatAServerDoesNotHaveIsNotRemovedFromIt", func(t *testing.T, f Fixture) {
		store := f.documents(t)
		for _, d := range someDocuments {
			_ = store.RemoveDocument(t.Context(), f.Bucket, d.kind)
		}
		assert.Contains(t, bucketNames(t, f), f.Bucket)
	}},
	{"AMissingBucketHasNoDocuments", func(t *testing.T, f Fixture) {
		store, none := f.documents(t), client.Location{Bucket: f.Bucket + "-none"}
		if len(f.Documents) == 0 {
			t.Skip("no bucket here has documents")
		}
		_, err := store.Document(t.Context(), none.Bucket, client.PolicyDocument)
		fails(t, client.KindNoBucket, none, err)
		fails(t, client.KindNoBucket, none, store.SetDocument(t.Context(), none.Bucket, client.TagsDocument, []byte(`<Tagging><TagSet/></Tagging>`)))
		assert.NotContains(t, bucketNames(t, f), none.Bucket)
	}},
	{"WhatIsOnlyShownIsNotChanged", func(t *testing.T, f Fixture) {
		store := f.documents(t)
		fails(t, client.KindInvalid, f.at(""), store.SetDocument(t.Context(), f.Bucket, client.ReplicationDocument, []byte("<ReplicationConfiguration/>")))
		fails(t, client.KindInvalid, f.at(""), store.RemoveDocument(t.Context(), f.Bucket, client.NotificationDocument))
		_, err := store.Document(t.Context(), f.Bucket, "no such kind")
		fails(t, client.KindInvalid, f.at(""), err)
	}},
}

func (f Fixture) documents(t *testing.T) client.Documents {
	t.Helper()
	store, ok := client.As[client.Documents](f.Store)
	require.True(t, ok)
	return store
}
