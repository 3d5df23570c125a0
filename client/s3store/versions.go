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
	if o.After == "" && o.BehindVersion == "" {
		from.Behind = from.Last
	}
	page, err := l.versions(under, from, o)
	if err != nil {
		return client.Page{}, s.fail(c, err)
	}
	return page, nil
}

func (s *Store) listVersions(ctx context.Context, under client.Location, o client.ListOptions, from place, e types.EncodingType) (listed, error) {
	query := url.Values{"versions": {""}}
	for name, value := range map[string]string{
		"prefix": under.Key, "key-marker": from.marker(), "version-id-marker": from.Version, "encoding-type": string(e),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if most := maxKeys(o); most != nil {
		query.Set("max-keys", strconv.Itoa(int(*most)))
	}
	asked := echo{prefix: under.Key, start: from.marker(), version: from.Version}
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

// marker is the name that such a listing goes on after, as the server wants it.
func (p place) marker() string {
	if len(p.Marker) > 0 {
		return string(p.Marker)
	}
	return string(p.Last)
}

// versions turns an answer into entries.
func (l listed) versions(under client.Location, from place, asked client.ListOptions) (client.Page, error) {
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
		if asked.After == "" && asked.BehindVersion != "" && key == asked.Behind && o.VersionID == asked.BehindVersion {
			continue // some begin with it
		}
		objects = append(objects, o)
	}
	p := client.Page{Objects: objects, Reordered: !slices.IsSortedFunc(objects, byKey)}
	if p.Reordered {
		slices.SortStableFunc(objects, byKey)
	}
	if last := string(from.Last); last != "" && len(objects) > 0 {
		if now := objects[0]; now.At.Key < last || now.At.Key == last && from.Version != "" && now.VersionID == from.Version {
			return client.Page{}, contradiction(client.Say("the list goes back: it names %s after %s", firstWords(now.At.Key, 80), firstWords(last, 80)))
		}
	}
	if l.truncated {
		next, err := l.behindVersion(from, objects)
		if err != nil {
			return client.Page{}, err
		}
		p.Next = next.String()
	}
	p.Objects = slices.DeleteFunc(objects, func(o client.Object) bool { return len(from.Behind) > 0 && o.At.Key == string(from.Behind) })
	return p, nil
}

// behindVersion is where a listing of versions goes on.
func (l listed) behindVersion(from place, objects []client.Object) (place, error) {
	next := from
	next.Marker = nil
	next.Empty++
	if n := len(objects); n > 0 {
		next.Last, next.Version, next.Empty = []byte(objects[n-1].At.Key), objects[n-1].VersionID, 0
	}
	if l.nextName != "" && strings.Compare(l.nextName, string(next.Last)) >= 0 {
		next.Marker, next.Version = []byte(l.nextName), l.nextVersion
	}
	if next.Empty > mostEmptyPages {
		return next, contradiction(client.Say("the list goes on and on without a name"))
	}
	return next.to(next.marker() + "\x00" + next.Version)
}
