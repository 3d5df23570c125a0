package s3store

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A listing is what deletions and downloads are made of, so it is not believed:
// each name must be below the prefix asked for and come after all names before
// it, and each page must lead on. What a page after this one has to hold is kept
// in the place where the listing goes on, so that the store remembers nothing.

// A place is where a listing goes on: client.Page.Next, to the caller a word
// without meaning.
type place struct {
	Token string `json:",omitempty"` // of ListObjectsV2
	Old   bool   `json:",omitempty"` // of ListObjects, which goes on after Last
	Last  []byte `json:",omitempty"` // the last name given, or the marker
	Empty int    `json:",omitempty"` // pages in a row without a name
	// Of ListObjectVersions, which goes on after this version of Last, or of the name that
	// the server gave for it: MinIO writes notes of its own behind the name.
	Marker  []byte `json:",omitempty"`
	Version string `json:",omitempty"`
	// The name behind which such a listing began. Ceph begins with its versions.
	Behind []byte `json:",omitempty"`
	// A token of before, looked for in what follows; it is replaced after as many
	// steps as it has been kept, doubled, so that a circle of any length is found.
	Seen        string `json:",omitempty"`
	Steps, Keep int    `json:",omitempty"`
}

const (
	mostEmptyPages = 1000
	longestToken   = 16 << 10
)

func placeOf(after string) (p place, err error) {
	if after == "" {
		return place{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(after)
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil {
		return place{}, client.Say("this is no place where a listing of this program went on").Err()
	}
	return p, nil
}

func (p place) String() string {
	raw, _ := json.Marshal(p) // strings and numbers: cannot fail
	return base64.RawURLEncoding.EncodeToString(raw)
}

// to is the place behind a page, which the server calls token.
func (p place) to(token string) (place, error) {
	switch {
	case len(token) > longestToken:
		return p, contradiction(client.Say("the place where the list goes on has a name of %d bytes", len(token)))
	case token == p.Token || token == p.Seen:
		return p, contradiction(client.Say("the list goes in circles: it goes on where it has been already"))
	}
	p.Token = token
	if p.Steps++; p.Steps >= p.Keep {
		p.Seen, p.Steps, p.Keep = token, 0, max(1, 2*p.Keep)
	}
	return p, nil
}

// page turns an answer into entries in the order of their keys.
func (l listed) page(under client.Location, o client.ListOptions, from place) (client.Page, error) {
	objects, err := l.entries(under, o)
	if err != nil {
		return client.Page{}, err
	}
	reordered := !slices.IsSortedFunc(objects, byKey)
	if reordered {
		slices.SortStableFunc(objects, byKey)
	}
	objects = slices.CompactFunc(objects, func(a, b client.Object) bool { return a.At.Key == b.At.Key })
	if objects, err = after(string(from.Last), under.Bucket, objects); err != nil {
		return client.Page{}, err
	}
	p := client.Page{Objects: objects, Reordered: reordered && len(l.folders) == 0}
	if !l.truncated {
		return p, nil
	}
	next, err := l.goOn(from, objects)
	if err != nil {
		return client.Page{}, err
	}
	p.Next = next.String()
	return p, nil
}

func byKey(a, b client.Object) int { return strings.Compare(a.At.Key, b.At.Key) }

// after checks that names come after those of the pages before. A folder may
// come again, when the page before ended in the midst of it; it is given once.
// Directory buckets list in no order.
func after(last, bucket string, objects []client.Object) ([]client.Object, error) {
	if last == "" || strings.HasSuffix(bucket, "--x-s3") {
		return objects, nil
	}
	objects = slices.DeleteFunc(objects, func(o client.Object) bool { return o.IsFolder && o.At.Key == last })
	if len(objects) > 0 && objects[0].At.Key <= last {
		return nil, contradiction(client.Say("the list goes back: it names %s after %s", firstWords(objects[0].At.Key, 80), firstWords(last, 80)))
	}
	return objects, nil
}

// goOn is where the listing goes on behind a page with these entries.
func (l listed) goOn(from place, objects []client.Object) (place, error) {
	next, last := from, string(from.Last)
	next.Empty++
	if len(objects) > 0 {
		last, next.Empty = objects[len(objects)-1].At.Key, 0
	}
	if next.Empty > mostEmptyPages {
		return next, contradiction(client.Say("the list goes on and on without a name"))
	}
	if l.old {
		last = max(last, l.next)
		if last == string(from.Last) {
			return next, contradiction(client.Say("the list goes in circles: it goes on where it has been already"))
		}
		next.Old, next.Last = true, []byte(last)
		return next, nil
	}
	next.Last = []byte(last)
	if l.next == "" {
		return next, contradiction(client.Say("the server says there is more and does not say where to go on"))
	}
	return next.to(l.next)
}

// entries are the objects and folders of an answer, each as far as it is told.
func (l listed) entries(under client.Location, o client.ListOptions) ([]client.Object, error) {
	objects := make([]client.Object, 0, len(l.objects)+len(l.folders))
	for _, x := range l.objects {
		key, err := l.name(x.key, under)
		if err != nil {
			return nil, err
		}
		rest := key[len(under.Key):]
		slash := strings.IndexByte(rest, '/')
		switch {
		case o.Recursive || rest != "" && slash < 0:
			objects = append(objects, objectIn(under.Bucket, key, x))
		case rest == "" && strings.HasSuffix(key, "/"):
			// the folder itself
		case rest == "":
			objects = append(objects, objectIn(under.Bucket, key, x))
		default: // a server that does not know delimiters
			objects = append(objects, folderIn(under.Bucket, key[:len(under.Key)+slash+1]))
		}
	}
	for _, x := range l.folders {
		key, err := l.name(x, under)
		switch {
		case err != nil:
			return nil, err
		case o.Recursive:
			return nil, contradiction(client.Say("the list names the folder %s, and not what is in it", firstWords(key, 80)))
		}
		objects = append(objects, folderIn(under.Bucket, key))
	}
	return objects, nil
}

// name is a key or prefix as it is, checked to be where the listing looks.
func (l listed) name(written string, under client.Location) (key string, err error) {
	key = written
	if l.encoded {
		if key, err = url.QueryUnescape(written); err != nil {
			return "", contradiction(client.Say("the list writes the name %s in a way that cannot be read", firstWords(written, 80)))
		}
	}
	switch {
	case key == "":
		return "", contradiction(client.Say("the list names an object without a name"))
	case !strings.HasPrefix(key, under.Key):
		return "", contradiction(client.Say("the list names %s, which does not begin with %s", firstWords(key, 80), firstWords(under.Key, 80)))
	}
	return key, nil
}

func objectIn(bucket, key string, x listedObject) client.Object {
	return client.Object{
		At: client.Location{Bucket: bucket, Key: key}, Size: x.size, Modified: x.modified, ETag: etagOf(x.etag), StorageClass: x.class,
	}
}

func folderIn(bucket, key string) client.Object {
	return client.Object{At: client.Location{Bucket: bucket, Key: key}, IsFolder: true}
}
