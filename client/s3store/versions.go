package s3store

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

// ListVersions gives one page of the versions and delete markers under a prefix. It is
// believed as little as a page of List: each name is below the prefix and not before
// the names before it, and each page leads on.
func (s *Store) ListVersions(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	c := call{op: "ListObjectVersions", at: under}
	from, err := s.beginning(c, o)
	if err != nil {
		return client.Page{}, err
	}
	l, err := s.readably(func(e types.EncodingType) (listed, error) { return s.listVersions(ctx, under, o, from, e) })
	if err != nil {
		return client.Page{}, s.fail(c, err)
	}
	page, err := l.versions(under, from, o.After == "")
	if err != nil {
		return client.Page{}, s.fail(c, err)
	}
	return page, nil
}

func (s *Store) listVersions(ctx context.Context, under client.Location, o client.ListOptions, from place, e types.EncodingType) (listed, error) {
	query := url.Values{"versions": {""}}
	for name, value := range map[string]string{
		"prefix": under.Key, "key-marker": string(from.Last), "version-id-marker": from.Version, "encoding-type": string(e),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if most := maxKeys(o); most != nil {
		query.Set("max-keys", strconv.Itoa(int(*most)))
	}
	asked := echo{prefix: under.Key, start: string(from.Last), version: from.Version}
	l, err := asked.own(func() (listed, error) {
		l, err := s.listing(ctx, "ListObjectVersions", under.Bucket, query)
		l.echo.start = l.keyMarker
		return l, err
	})
	if err == nil && l.encoded {
		if l.nextName, err = url.QueryUnescape(l.nextName); err != nil {
			l.nextName, l.nextVersion, err = "", "", nil // the last entry will do
		}
	}
	return l, err
}

// versions turns an answer into entries. first says that it is that of a first page,
// none of which may have the name that it begins behind.
func (l listed) versions(under client.Location, from place, first bool) (client.Page, error) {
	objects := make([]client.Object, 0, len(l.objects))
	for _, x := range l.objects {
		key, err := l.name(x.key, under)
		if err != nil {
			return client.Page{}, err
		}
		o := objectIn(under.Bucket, key, x)
		o.VersionID, o.Latest, o.DeleteMarker = x.version, x.latest, x.marker
		if o.VersionID == "" {
			o.VersionID = client.NullVersion
		}
		objects = append(objects, o)
	}
	p := client.Page{Objects: objects, Reordered: !slices.IsSortedFunc(objects, byKey)}
	if p.Reordered {
		slices.SortStableFunc(objects, byKey)
	}
	if last := string(from.Last); last != "" && len(objects) > 0 {
		if now := objects[0]; now.At.Key < last || now.At.Key == last && (first || now.VersionID == from.Version) {
			return client.Page{}, contradiction(client.Say("the list goes back: it names %s after %s", firstWords(now.At.Key, 80), firstWords(last, 80)))
		}
	}
	if !l.truncated {
		return p, nil
	}
	next, err := l.behindVersion(from, objects)
	p.Next = next.String()
	return p, err
}

// behindVersion is where a listing of versions goes on.
func (l listed) behindVersion(from place, objects []client.Object) (place, error) {
	next := from
	next.Empty++
	if n := len(objects); n > 0 {
		next.Last, next.Version, next.Empty = []byte(objects[n-1].At.Key), objects[n-1].VersionID, 0
	}
	if l.nextName != "" && strings.Compare(l.nextName, string(next.Last)) >= 0 {
		next.Last, next.Version = []byte(l.nextName), l.nextVersion
	}
	if next.Empty > mostEmptyPages {
		return next, contradiction(client.Say("the list goes on and on without a name"))
	}
	return next.to(string(next.Last) + "\x00" + next.Version)
}
