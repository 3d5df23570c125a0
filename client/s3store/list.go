package s3store

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

// List gives one page of what is under a prefix: under.Key is taken verbatim,
// so "a" also finds "ab". Without Recursive, names up to the next "/" are given
// as folders and the marker object of the folder itself (a key equal to the
// prefix) is left out; with Recursive every key is given, markers too. A page
// may hold fewer entries than asked, even none, and still have a Next.
//
// A page is not believed that names anything outside the prefix or leads in
// circles (KindContradiction): see page.go. Where a server does not know
// ListObjectsV2, ListObjects is used from then on.
func (s *Store) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	c := call{op: "ListObjectsV2", at: under}
	from, err := s.beginning(c, o)
	if err != nil {
		return client.Page{}, err
	}
	l, err := s.listed(ctx, c, o, from)
	if err != nil {
		return client.Page{}, s.fail(c, err)
	}
	page, err := l.page(under, o, from)
	if err != nil {
		return client.Page{}, s.fail(c, err)
	}
	return page, nil
}

// beginning is where a page of a listing begins.
func (s *Store) beginning(c call, o client.ListOptions) (place, error) {
	if c.at.Bucket == "" {
		return place{}, s.refuse(c, client.KindInvalid, client.Say("no bucket is named: the buckets themselves are listed by Buckets").Err())
	}
	from, err := placeOf(o.After)
	if err != nil {
		return place{}, s.refuse(c, client.KindInvalid, err)
	}
	if o.After == "" {
		from.Last, from.Version = []byte(o.Behind), o.BehindVersion
	}
	return from, nil
}

// listed is an answer to either of the two calls that list objects.
type listed struct {
	objects   []listedObject
	folders   []string
	encoded   bool // keys are written as in a URL
	old       bool // the answer is one of ListObjects: it goes on after a name
	echo      echo // which call it says it is the answer to
	truncated bool
	next      string // token or marker, "" where none is given
	// Of documents that go on after a name: ListObjects and ListObjectVersions.
	keyMarker, nextName, nextVersion string
}

// A listedObject is an object as a listing tells of it; its key as it is written.
type listedObject struct {
	key, etag, class string
	size             int64 // NotTold where it is not
	modified         time.Time
	// Of ListObjectVersions: which one it is, whether it is the current one, and
	// whether it is a delete marker.
	version                   string
	versioned, latest, marker bool
}

// listed asks for a page in the way this server knows.
func (s *Store) listed(ctx context.Context, c call, o client.ListOptions, from place) (listed, error) {
	if s.listV1.Load() || from.Old {
		return s.readably(func(e types.EncodingType) (listed, error) { return s.listOld(ctx, c.at, o, from, e) })
	}
	l, err := s.readably(func(e types.EncodingType) (listed, error) { return s.listV2(ctx, c.at, o, from, e) })
	if s.atAWS || from.Token != "" {
		return l, err
	}
	if err == nil && l.truncated && l.next == "" {
		// It took list-type=2 for nothing: this is a page of ListObjects, and start-after
		// was nothing to it either.
		l.old = true
		s.listV1.Store(true)
		if len(from.Last) == 0 {
			return l, nil
		}
		return s.readably(func(e types.EncodingType) (listed, error) { return s.listOld(ctx, c.at, o, from, e) })
	}
	if kind := client.KindOf(s.fail(c, err)); kind != client.KindUnsupported && kind != client.KindInvalid {
		return l, err
	}
	old, refused := s.readably(func(e types.EncodingType) (listed, error) { return s.listOld(ctx, c.at, o, from, e) })
	if refused != nil {
		return l, err
	}
	s.listV1.Store(true)
	return old, nil
}

// readably asks for keys as in a URL where XML could not hold them.
func (s *Store) readably(ask func(types.EncodingType) (listed, error)) (listed, error) {
	if s.atAWS {
		return ask(types.EncodingTypeUrl)
	}
	l, err := ask("")
	if unreadable(err) || err == nil && l.lossy() {
		return ask(types.EncodingTypeUrl)
	}
	return l, err
}

func (s *Store) listV2(ctx context.Context, under client.Location, o client.ListOptions, from place, e types.EncodingType) (listed, error) {
	query := url.Values{"list-type": {"2"}}
	if from.Token == "" && len(from.Last) > 0 {
		query.Set("start-after", string(from.Last))
	}
	for name, value := range map[string]string{
		"prefix": under.Key, "continuation-token": from.Token, "encoding-type": string(e), "delimiter": aws.ToString(delimiter(o)),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if most := maxKeys(o); most != nil {
		query.Set("max-keys", strconv.Itoa(int(*most)))
	}
	asked := echo{prefix: under.Key, start: string(from.Last), token: from.Token}
	return asked.own(func() (listed, error) { return s.listing(ctx, "ListObjectsV2", under.Bucket, query) })
}

// listing asks for a page and reads it.
func (s *Store) listing(ctx context.Context, op, bucket string, query url.Values) (listed, error) {
	c := call{op: op, at: client.Location{Bucket: bucket}}
	a, err := s.send(ctx, &request{call: c, method: http.MethodGet, query: query.Encode(), tries: s.waiting})
	if err != nil {
		return listed{}, err
	}
	return listingIn(a)
}

// listOld asks in the way of before ListObjectsV2.
func (s *Store) listOld(ctx context.Context, under client.Location, o client.ListOptions, from place, e types.EncodingType) (listed, error) {
	asked := echo{prefix: under.Key, start: string(from.Last)}
	return asked.own(func() (listed, error) {
		out, err := s.s3.ListObjects(ctx, &s3.ListObjectsInput{
			Bucket: &under.Bucket, Prefix: text(under.Key), Marker: text(string(from.Last)), EncodingType: e,
			Delimiter: delimiter(o), MaxKeys: maxKeys(o),
		})
		if err != nil {
			return listed{}, err
		}
		return oldListing(out), nil
	})
}

func oldListing(out *s3.ListObjectsOutput) listed {
	l := listed{
		encoded: out.EncodingType == types.EncodingTypeUrl, old: true, truncated: aws.ToBool(out.IsTruncated), next: aws.ToString(out.NextMarker),
		echo: echo{prefix: aws.ToString(out.Prefix), start: aws.ToString(out.Marker)},
	}
	for _, x := range out.Contents {
		told := listedObject{
			key: aws.ToString(x.Key), etag: aws.ToString(x.ETag), class: string(x.StorageClass), size: client.NotTold, modified: aws.ToTime(x.LastModified),
		}
		if x.Size != nil {
			told.size = plausible(*x.Size)
		}
		l.objects = append(l.objects, told)
	}
	for _, x := range out.CommonPrefixes {
		l.folders = append(l.folders, aws.ToString(x.Prefix))
	}
	if l.encoded {
		l.next, _ = url.QueryUnescape(l.next) // else "": the last name will do
	}
	return l
}

func delimiter(o client.ListOptions) *string {
	if o.Recursive {
		return nil
	}
	return aws.String("/")
}

func maxKeys(o client.ListOptions) *int32 {
	if o.Max <= 0 {
		return nil
	}
	return aws.Int32(int32(min(o.Max, client.MaxEntries)))
}

// unreadable reports whether an answer could not be parsed, as happens when a
// key holds a character XML 1.0 has no way to write.
func unreadable(err error) bool {
	var broken *xml.SyntaxError
	return errors.As(err, &broken)
}

// lossy reports whether an answer may hold a key that XML has changed: a parser
// must read a carriage return as a line feed, so that a key with a line feed may
// have been another one. https://www.w3.org/TR/xml/#sec-line-ends
func (l listed) lossy() bool {
	return slices.ContainsFunc(l.objects, func(x listedObject) bool { return strings.Contains(x.key, "\n") }) ||
		slices.ContainsFunc(l.folders, func(name string) bool { return strings.Contains(name, "\n") })
}
