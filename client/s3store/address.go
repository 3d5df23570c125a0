package s3store

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/auth"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// An address is where the requests about a bucket go, and for whom they are
// signed.
type address struct {
	scheme, place string // place is host and port
	host          string // as it is signed and told
	path, escaped string // before the key, without a slash behind
	service       string
	region        string
	bucket        string
	express       bool // a directory bucket: signed by a session of its own
	direct        bool // no proxy is before it
	protected     bool // what is sent there is seen by nobody else
	lastKey       atomic.Pointer[signingKey]
}

// addresses are those found already. The SDK's rules decide, once for each bucket:
// path or virtual host, access points, directory buckets.
type addresses struct {
	direct func(*url.URL) bool // whether no proxy is before an address
	found  sync.Map            // bucket -> *address
}

func (a *addresses) of(ctx context.Context, o s3.Options, c call) (*address, error) {
	if found, ok := a.found.Load(c.at.Bucket); ok {
		return found.(*address), nil //nolint:forcetypeassert // nothing else is stored
	}
	found, err := resolve(ctx, o, c)
	if err != nil {
		return nil, err
	}
	at := found.url("", "")
	found.direct, found.protected = a.direct(at), client.IsProtected(at.String())
	a.found.Store(c.at.Bucket, found)
	return found, nil
}

func resolve(ctx context.Context, o s3.Options, c call) (*address, error) {
	to, err := o.EndpointResolverV2.ResolveEndpoint(ctx, s3.EndpointParameters{
		Bucket: &c.at.Bucket, Region: text(o.Region), Endpoint: o.BaseEndpoint,
		UseFIPS: aws.Bool(false), UseDualStack: aws.Bool(false), Accelerate: aws.Bool(false), ForcePathStyle: aws.Bool(o.UsePathStyle),
		DisableMultiRegionAccessPoints: aws.Bool(false), UseArnRegion: aws.Bool(o.UseARNRegion), DisableS3ExpressSessionAuth: o.DisableS3ExpressSessionAuth,
	})
	if err != nil {
		return nil, err
	}
	a := &address{
		bucket: c.at.Bucket, scheme: to.URI.Scheme, place: to.URI.Host, host: withoutPort(to.URI.Scheme, to.URI.Host),
		path: strings.TrimSuffix(to.URI.Path, "/"), escaped: strings.TrimSuffix(to.URI.EscapedPath(), "/"),
	}
	ways, _ := auth.GetAuthOptions(&to.Properties)
	for _, way := range ways {
		switch scheme := way.SchemeID[strings.LastIndexByte(way.SchemeID, '#')+1:]; scheme {
		case "sigv4", "sigv4-s3express":
			a.service, _ = smithyhttp.GetSigV4SigningName(&way.SignerProperties)
			a.region, _ = smithyhttp.GetSigV4SigningRegion(&way.SignerProperties)
			a.express = scheme != "sigv4"
			return a, nil
		}
	}
	return nil, &client.Error{Op: c.op, Kind: client.KindUnsupported, At: c.at, Err: errManyRegions}
}

// errManyRegions refuses what would be signed for all regions at once (SigV4A).
var errManyRegions = client.Say("a multi-region access point is not supported: name one of its buckets").Err()

// url is the address of a key, or of the bucket itself, escaped as S3 wants it and
// never tidied: a//b, a/../b and a/ are keys.
func (a *address) url(key, query string) *url.URL {
	u := &url.URL{Scheme: a.scheme, Host: a.place, Path: a.path, RawPath: a.escaped, RawQuery: query}
	if key != "" || u.Path == "" {
		u.Path += "/" + key
		u.RawPath = a.escapedPath(key)
	}
	return u
}

// escapedPath is the path of url as it is sent.
func (a *address) escapedPath(key string) string {
	if key == "" && a.escaped != "" {
		return a.escaped
	}
	return a.escaped + "/" + escapedPath(key)
}
