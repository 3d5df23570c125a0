package memstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A version is one of the contents an object has had; the only one where a bucket
// keeps no versions.
type version struct {
	client.Object
	content []byte
	tags    map[string]string
	spoiled bool // it is there and cannot be read
	lock    client.Lock
	grants  []client.Grant // to others than its owner
	marker  bool           // a delete marker: it hides the versions before
}

// said is what HEAD and GET say of it.
func (v *version) said() client.Object {
	o := v.Object
	o.Metadata, o.Headers, o.Checksums = maps.Clone(o.Metadata), maps.Clone(o.Headers), slices.Clone(o.Checksums)
	return o
}

// now is what is under a key, nil where nothing does.
func (b *bucket) now(key string) *version {
	all := b.objects[key]
	if len(all) == 0 || all[len(all)-1].marker {
		return nil
	}
	return all[len(all)-1]
}

// named is a version of a key, nil where there is none.
func (b *bucket) named(key, id string) *version {
	all := b.objects[key]
	if i := slices.IndexFunc(all, func(v *version) bool { return v.is(id) }); i >= 0 {
		return all[i]
	}
	return nil
}

// find is the version a reading call is about, "" the current one.
func (s *Store) find(c Call, id string) (*version, error) {
	b, err := s.bucket(c)
	if err != nil {
		return nil, err
	}
	all := b.objects[c.At.Key]
	if id != "" {
		v := b.named(c.At.Key, id)
		switch {
		case v == nil:
			return nil, c.Error(client.KindNotFound)
		case v.marker:
			return nil, c.Error(client.KindDeleteMarker)
		}
		return v, nil
	}
	if now := b.now(c.At.Key); now != nil {
		return now, nil
	}
	return nil, &client.Error{
		Op: string(c.Op), Kind: client.KindNotFound, At: c.At, Status: statusOf(client.KindNotFound), RequestID: RefusedID,
		Hidden: len(all) > 0 && s.server.DeleteMarkers,
	}
}

// onVersion lets a call in and has something done with the version it is about, under the
// mutex.
func (s *Store) onVersion(ctx context.Context, c Call, do func(Call, *version) error) error {
	if err := c.At.CheckKey(); err != nil {
		return c.refuse(client.KindInvalid, err)
	}
	return s.onBucket(ctx, c, func(c Call, _ *bucket) error {
		found, err := s.find(c, c.Read.VersionID)
		if err != nil {
			return err
		}
		return do(c, found)
	})
}

// is reports whether an id names this version.
func (v *version) is(id string) bool {
	return v.VersionID == id || v.VersionID == "" && id == client.NullVersion
}

// add writes a content under a key. The ETag is a content hash only where S3 makes
// it one.
func (s *Store) add(b *bucket, at client.Location, content []byte, o client.PutOptions, r client.Reported, etag string) client.Object {
	s.written++
	switch r.Type {
	case client.TypeSSEKMS, client.TypeDSSEKMS, client.TypeSSEC:
		etag = s.opaque(etag)
	}
	v := &version{content: content, Object: client.Object{
		At: at, Size: int64(len(content)), Modified: s.time(), ETag: etag, ContentType: o.ContentType, Encryption: r,
		Metadata: lowered(o.Metadata),
	}}
	v.tags, v.StorageClass = maps.Clone(o.Tags), o.System.StorageClass
	if v.ContentType == "" {
		v.ContentType = "application/octet-stream"
	}
	if s.server.Checksums && o.Checksum.Value != "" {
		v.Checksums = []client.Checksum{o.Checksum}
	}
	v.Headers = map[string][]string{"Content-Type": {v.ContentType}, "Etag": {`"` + etag + `"`}}
	if e, ok := o.Encryption.(client.SSEKMS); ok && s.server.CopySpoils && len(e.Context) > 0 { // who spoils shows it
		v.Headers["X-Amz-Server-Side-Encryption-Context"] = []string{client.EncodeContext(e.Context)}
	}
	for name, value := range o.System.Headers() {
		v.Headers[name] = []string{value}
	}
	s.keep(b, v)
	return v.said()
}

// opaque is an ETag that says nothing of the content, of the shape of this one.
func (s *Store) opaque(etag string) string {
	_, parts, _ := strings.Cut(etag, "-")
	if parts != "" {
		parts = "-" + parts
	}
	return etagOf(fmt.Appendf(nil, "%s, writing %d", etag, s.written)) + parts
}

func lowered(metadata map[string]string) map[string]string {
	out := make(map[string]string, len(metadata))
	for k, v := range metadata {
		out[strings.ToLower(k)] = v
	}
	return out
}

// keep makes a version the current one, beside or in place of those before.
func (s *Store) keep(b *bucket, v *version) {
	key := v.At.Key
	if !b.versioned {
		b.objects[key] = slices.DeleteFunc(b.objects[key], func(v *version) bool { return v.VersionID == "" })
	} else {
		v.VersionID = fmt.Sprintf("v%d", s.written)
	}
	b.objects[key] = append(b.objects[key], v)
}

// remove is what a plain deletion does: where versions are kept it hides them.
func (s *Store) remove(b *bucket, at client.Location) {
	if b.versioned {
		s.written++
		s.keep(b, &version{Object: client.Object{At: at, Modified: s.time()}, marker: true})
		return
	}
	delete(b.objects, at.Key)
}

// drop removes one version for good.
func (b *bucket) drop(key, id string) {
	b.objects[key] = slices.DeleteFunc(b.objects[key], func(v *version) bool { return v.is(id) })
	if len(b.objects[key]) == 0 {
		delete(b.objects, key)
	}
}
