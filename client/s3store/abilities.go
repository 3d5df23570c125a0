package s3store

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/bucketseal/bucketseal/client"
)

var _ client.Abilities = (*Store)(nil)

// abilities are what is known of a server's capabilities: what was told of it, and by
// bucket what its answers say. It is safe for concurrent use.
type abilities struct {
	told  map[client.Capability]bool
	mu    sync.Mutex
	tried map[string]map[client.Capability]bool // by bucket
}

// of is what is known of a capability. What was tried is believed before what was told.
func (a *abilities) of(c client.Capability, bucket string) client.Ability {
	a.mu.Lock()
	defer a.mu.Unlock()
	if can, tried := a.tried[bucket][c]; tried {
		return client.Ability{Capability: c, Can: can, Known: client.Tried}
	}
	if can, told := a.told[c]; told {
		return client.Ability{Capability: c, Can: can && (c != client.Renames || isDirectory(bucket)), Known: client.Told}
	}
	return client.Ability{Capability: c, Known: client.Assumed}
}

func (a *abilities) note(c client.Capability, bucket string, can bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tried[bucket] == nil {
		if a.tried == nil || len(a.tried) > mostBuckets {
			a.tried = map[string]map[client.Capability]bool{}
		}
		a.tried[bucket] = map[client.Capability]bool{}
	}
	a.tried[bucket][c] = can
}

// mostBuckets bounds the memory; then it begins anew.
const mostBuckets = 10_000

// isDirectory reports whether a bucket is one of S3 Express, of which alone AWS renames
// the objects.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
func isDirectory(bucket string) bool { return strings.HasSuffix(bucket, "--x-s3") }

// lets reports whether an operation may be sent for a bucket.
func (a *abilities) lets(operation, bucket string) bool {
	n, known := needOf(operation)
	return known && (n.of == "" || n.asks() || a.of(n.of, bucket).Can)
}

// learn takes from what became of a question what the server can do. Who may not ask,
// and whom the network failed, learns nothing.
func (a *abilities) learn(operation, bucket string, err error) {
	n, _ := needOf(operation)
	if n.of == "" || !n.asks() {
		return
	}
	var (
		foreign *errNotS3
		refused smithy.APIError
	)
	switch {
	case err == nil && n.root != noDocument:
		a.note(n.of, bucket, true)
	case errors.As(err, &foreign): // a listing, an object: it does not know the question
		if foreign.marked {
			a.note(n.of, bucket, false)
		}
	case errors.As(err, &refused) && slices.Contains(n.nothing, refused.ErrorCode()):
		a.note(n.of, bucket, true)
	case errors.As(err, &refused) && (unknownCalls[refused.ErrorCode()] || operation == "GetObjectAttributes" && refused.ErrorCode() == "SignatureDoesNotMatch"):
		a.note(n.of, bucket, false)
	}
}

// unknownCalls are the codes by which servers say that they do not have a call.
var unknownCalls = map[string]bool{
	"NotImplemented": true, "UnknownOperationException": true, "UnsupportedOperation": true, "UnsupportedOperationException": true,
}

// toldOf is what is known of a service before it has answered anything.
func toldOf(a client.Account, atAWS bool) map[client.Capability]bool {
	told := map[client.Capability]bool{}
	if atAWS {
		for _, c := range capabilities { // it knows each call of its own SDK
			told[c] = true
		}
		return told
	}
	host := a.Endpoint
	if u, err := url.Parse(a.Endpoint); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	for _, c := range toldByHost[strings.ToLower(host)] {
		told[c] = true
	}
	return told
}

// usedAtTWCC is what the provider's own tools use there.
// https://github.com/twcc/man-vip
var usedAtTWCC = []client.Capability{
	client.Versioning, client.ObjectACLs, client.BucketACLs, client.BucketPolicies, client.ObjectTags, client.Lifecycles, client.CORS,
}

var toldByHost = map[string][]client.Capability{"cos.twcc.ai": usedAtTWCC, "cfss3.twcc.ai": usedAtTWCC}

// Abilities are all capabilities, and how they are known.
func (s *Store) Abilities(ctx context.Context, bucket string) ([]client.Ability, error) {
	if bucket != "" {
		if err := s.askAll(ctx, bucket); err != nil {
			return nil, err
		}
	}
	all := make([]client.Ability, len(capabilities))
	for i, c := range capabilities {
		all[i] = s.can.of(c, bucket)
	}
	return all, nil
}

// askAll asks what can be asked of a bucket without naming an object. The error is that
// the bucket is not there, or that nobody answers.
func (s *Store) askAll(ctx context.Context, bucket string) error {
	questions := []struct {
		of  string
		ask func() error
	}{
		{"GetBucketVersioning", func() error {
			return errorOf(s.s3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &bucket}))
		}},
		{"GetBucketAcl", func() error { return errorOf(s.s3.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &bucket})) }},
		{"GetBucketPolicy", func() error { return errorOf(s.s3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket})) }},
		{"GetBucketTagging", func() error { return errorOf(s.s3.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &bucket})) }},
		{"GetBucketLifecycleConfiguration", func() error {
			return errorOf(s.s3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &bucket}))
		}},
		{"GetBucketCors", func() error { return errorOf(s.s3.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: &bucket})) }},
		{"GetBucketEncryption", func() error {
			return errorOf(s.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &bucket}))
		}},
		{"GetObjectLockConfiguration", func() error {
			return errorOf(s.s3.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &bucket}))
		}},
		{"GetPublicAccessBlock", func() error {
			return errorOf(s.s3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &bucket}))
		}},
		{"GetBucketOwnershipControls", func() error {
			return errorOf(s.s3.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: &bucket}))
		}},
		{"GetBucketWebsite", func() error { return errorOf(s.s3.GetBucketWebsite(ctx, &s3.GetBucketWebsiteInput{Bucket: &bucket})) }},
		{"GetBucketLogging", func() error { return errorOf(s.s3.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: &bucket})) }},
		{"GetBucketNotificationConfiguration", func() error {
			return errorOf(s.s3.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: &bucket}))
		}},
		{"GetBucketReplication", func() error {
			return errorOf(s.s3.GetBucketReplication(ctx, &s3.GetBucketReplicationInput{Bucket: &bucket}))
		}},
		{"GetBucketRequestPayment", func() error {
			return errorOf(s.s3.GetBucketRequestPayment(ctx, &s3.GetBucketRequestPaymentInput{Bucket: &bucket}))
		}},
		{"GetBucketAccelerateConfiguration", func() error {
			return errorOf(s.s3.GetBucketAccelerateConfiguration(ctx, &s3.GetBucketAccelerateConfigurationInput{Bucket: &bucket}))
		}},
	}
	for _, q := range questions {
		c := call{op: q.of, at: client.Location{Bucket: bucket}}
		err := s.fail(c, q.ask())
		switch client.KindOf(err) {
		case client.KindNoBucket, client.KindNetwork, client.KindStalled, client.KindTLS, client.KindCancelled, client.KindBadCredentials,
			client.KindExpired, client.KindClockSkew, client.KindWrongRegion, client.KindRedirected, client.KindInsecure:
			return err
		}
	}
	return nil
}

func errorOf[T any](_ T, err error) error { return err }
