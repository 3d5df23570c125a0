package uitest

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the ETag of S3
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

var (
	_ client.Store = (*Store)(nil)
	_ client.Keys  = (*Store)(nil)
)

// Store is a client.Store in memory which encrypts as it is asked, or so it
// says.
type Store struct {
	// Now is the time of what is written; zero is the epoch of these tests.
	Now time.Time
	// PageSize is the most entries of a page; 0 is 1000.
	PageSize int
	// Fail is asked before each call by the name of its operation; nil never
	// fails.
	Fail func(op string, at client.Location) error
	// Report changes what the server says of an object's encryption.
	Report func(client.Reported) client.Reported
	// Hold, when set, is received from before each Put: a test decides when
	// bytes move.
	Hold chan struct{}
	// Busy lets the server ask for patience once for each listing.
	Busy bool
	// Nameless lets what is written have no ETag.
	Nameless bool
	// Opaque makes ETags that are no MD5s.
	Opaque bool
	// Default is what buckets encrypt with by themselves.
	Default client.Reported

	mu      sync.Mutex
	buckets map[string]map[string]stored
	uploads map[string]*upload
	Calls   []string // operations, in order
}

type stored struct {
	object client.Object
	body   []byte
}

type upload struct {
	at      client.Location
	options client.PutOptions
	parts   map[int][]byte
}

// Epoch is the time of everything in these tests.
var Epoch = time.Date(2026, 11, 23, 9, 41, 0, 0, time.UTC)

// Key is the key this store's key service knows.
const Key = client.KeyID("arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555")

// NewStore makes a store with empty buckets.
func NewStore(buckets ...string) *Store {
	s := &Store{buckets: map[string]map[string]stored{}, uploads: map[string]*upload{}}
	for _, b := range buckets {
		s.buckets[b] = map[string]stored{}
	}
	return s
}

// Fill writes objects "bucket/key" of a size.
func (s *Store) Fill(size int, places ...string) {
	for _, p := range places {
		bucket, key, _ := strings.Cut(p, "/")
		at := client.Location{Bucket: bucket, Key: key}
		b := zeros(size)
		s.write(at, b.body, b.etag, client.PutOptions{Encryption: client.Inherit{}})
	}
}

// nothing is a body of zeros and its ETag. All objects of a size share one: it
// is the sum of large bodies that tests would spend their time on.
type nothing struct {
	body []byte
	etag string
}

var (
	nothings      = map[int]nothing{}
	nothingsMutex sync.Mutex
)

func zeros(size int) nothing {
	nothingsMutex.Lock()
	defer nothingsMutex.Unlock()
	n, ok := nothings[size]
	if !ok {
		n.body = make([]byte, size)
		n.etag = etag(n.body)
		nothings[size] = n
	}
	return n
}

func etag(b []byte) string {
	sum := md5.Sum(b) //nolint:gosec // the ETag of S3
	return hex.EncodeToString(sum[:])
}

// checksum is the CRC64NVME of a body.
func checksum(b []byte) client.Checksum {
	sum := binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum(b))
	return client.Checksum{Algorithm: client.CRC64NVME, Value: base64.StdEncoding.EncodeToString(sum)}
}

// Keys is one key, which an alias names too.
func (s *Store) Keys(context.Context) ([]client.Key, error) {
	if err := s.enter("ListKeys", client.Location{}); err != nil {
		return nil, err
	}
	return []client.Key{{ID: "11111111-2222-3333-4444-555555555555", ARN: Key, Aliases: []string{"alias/reports"}, Enabled: true, State: "Enabled"}}, nil
}

// DescribeKey knows one key.
func (s *Store) DescribeKey(_ context.Context, id client.KeyID) (client.Key, error) {
	if id == "alias/reports" {
		return client.Key{ARN: Key, Enabled: true}, nil
	}
	return client.Key{}, &client.Error{Op: "DescribeKey", Kind: client.KindKeyUnknown, Key: id, Status: 400}
}

// KMS is the store itself.
func (s *Store) KMS() (client.Keys, bool) { return s, true }

// Names are the keys of a bucket, sorted.
func (s *Store) Names(bucket string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for key := range s.buckets[bucket] {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}

func (s *Store) enter(op string, at client.Location) error {
	s.mu.Lock()
	s.Calls = append(s.Calls, op)
	fail := s.Fail
	s.mu.Unlock()
	if fail != nil {
		return fail(op, at)
	}
	return nil
}

// Buckets lists the buckets.
func (s *Store) Buckets(context.Context) ([]client.Bucket, error) {
	if err := s.enter("ListBuckets", client.Location{}); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []client.Bucket
	for name := range s.buckets {
		all = append(all, client.Bucket{Name: name, Created: Epoch})
	}
	slices.SortFunc(all, func(a, b client.Bucket) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// MakeBucket makes a bucket.
func (s *Store) MakeBucket(_ context.Context, name string) error {
	if err := s.enter("CreateBucket", client.Location{Bucket: name}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] != nil {
		return &client.Error{Op: "CreateBucket", Kind: client.KindExists, At: client.Location{Bucket: name}, Status: 409}
	}
	s.buckets[name] = map[string]stored{}
	return nil
}

// RemoveBucket removes an empty bucket.
func (s *Store) RemoveBucket(_ context.Context, name string) error {
	if err := s.enter("DeleteBucket", client.Location{Bucket: name}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.buckets[name]) > 0 {
		return &client.Error{Op: "DeleteBucket", Kind: client.KindNotEmpty, At: client.Location{Bucket: name}, Status: 409}
	}
	delete(s.buckets, name)
	return nil
}

// DefaultEncryption is Default.
func (s *Store) DefaultEncryption(_ context.Context, bucket string) (client.Reported, error) {
	return s.Default, s.enter("GetBucketEncryption", client.Location{Bucket: bucket})
}

// List lists with folders.
func (s *Store) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	if err := s.enter("ListObjects", under); err != nil {
		return client.Page{}, err
	}
	if s.Busy {
		pulse := client.PulseOf(ctx)
		pulse.Asked(1, 14)
		pulse.Answered(true)
		pulse.SlowDown()
		pulse.Ended()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	bucket, ok := s.buckets[under.Bucket]
	if !ok {
		return client.Page{}, &client.Error{Op: "ListObjects", Kind: client.KindNoBucket, At: under, Status: 404, Code: "NoSuchBucket"}
	}
	entries := map[string]client.Object{}
	for key, have := range bucket {
		rest, below := strings.CutPrefix(key, under.Key)
		if !below {
			continue
		}
		if i := strings.IndexByte(rest, '/'); i >= 0 && !o.Recursive && i < len(rest) {
			folder := under.Key + rest[:i+1]
			entries[folder] = client.Object{At: client.Location{Bucket: under.Bucket, Key: folder}, IsFolder: true}
			continue
		}
		object := have.object
		object.Encryption, object.Metadata, object.Headers = client.Reported{}, nil, nil
		entries[key] = object
	}
	var keys []string
	for key := range entries {
		if key > o.After {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	size := s.PageSize
	if size == 0 {
		size = 1000
	}
	page := client.Page{}
	for i, key := range keys {
		if i == size {
			page.Next = keys[i-1]
			break
		}
		page.Objects = append(page.Objects, entries[key])
	}
	return page, nil
}

// Head is an object's properties.
func (s *Store) Head(_ context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	if err := s.enter("HeadObject", at); err != nil {
		return client.Object{}, err
	}
	have, err := s.find("HeadObject", at)
	if err == nil && o.IfMatch != "" && have.object.ETag != o.IfMatch {
		return client.Object{}, &client.Error{Op: "HeadObject", Kind: client.KindPrecondition, At: at, Status: 412}
	}
	return have.object, err
}

func (s *Store) find(op string, at client.Location) (stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, ok := s.buckets[at.Bucket][at.Key]
	if !ok {
		return stored{}, &client.Error{Op: op, Kind: client.KindNotFound, At: at, Status: 404}
	}
	return have, nil
}

// Get opens an object.
func (s *Store) Get(_ context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	if err := s.enter("GetObject", at); err != nil {
		return client.Object{}, nil, err
	}
	have, err := s.find("GetObject", at)
	if err != nil {
		return client.Object{}, nil, err
	}
	body := have.body[min(o.Offset, int64(len(have.body))):]
	if o.Length > 0 {
		body = body[:min(o.Length, int64(len(body)))]
	}
	return have.object, io.NopCloser(bytes.NewReader(body)), nil
}

// Put writes an object.
func (s *Store) Put(ctx context.Context, at client.Location, body io.ReadSeeker, _ int64, o client.PutOptions) (client.Object, error) {
	if s.Hold != nil {
		select {
		case <-s.Hold:
		case <-ctx.Done():
			return client.Object{}, ctx.Err()
		}
	}
	if err := s.enter("PutObject", at); err != nil {
		return client.Object{}, err
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return client.Object{}, err
	}
	if err := s.allows("PutObject", at, o.OnlyIfAbsent, o.IfMatch); err != nil {
		return client.Object{}, err
	}
	if o.Checksum.Value != "" && o.Checksum != checksum(b) {
		return client.Object{}, &client.Error{Op: "PutObject", Kind: client.KindCorrupt, At: at, Status: 400, Code: "BadDigest"}
	}
	return s.write(at, b, etag(b), o), nil
}

// allows judges the conditions of a write.
func (s *Store) allows(op string, at client.Location, onlyIfAbsent bool, etag string) error {
	have, err := s.find(op, at)
	if onlyIfAbsent && err == nil || etag != "" && have.object.ETag != etag {
		return &client.Error{Op: op, Kind: client.KindPrecondition, At: at, Status: 412}
	}
	return nil
}

func (s *Store) write(at client.Location, b []byte, etag string, o client.PutOptions) client.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now
	if now.IsZero() {
		now = Epoch
	}
	if s.Opaque {
		etag = "opaque-" + etag[:8]
	}
	object := client.Object{
		At: at, Size: int64(len(b)), Modified: now, ETag: etag, ContentType: o.ContentType,
		Metadata: o.Metadata, RequestID: "req-1", Encryption: s.reported(o.Encryption),
		Headers: map[string][]string{"Content-Type": {o.ContentType}, "Etag": {`"` + etag + `"`}},
	}
	if s.Nameless {
		object.ETag = ""
	}
	if o.Checksum.Value != "" {
		object.Checksums = []client.Checksum{o.Checksum}
	}
	s.buckets[at.Bucket][at.Key] = stored{object, b}
	return object
}

func (s *Store) reported(e client.Encryption) client.Reported {
	r := client.Reported{Told: true, Type: client.TypeNone}
	switch e := e.(type) {
	case client.SSES3:
		r.Type = client.TypeSSES3
	case client.SSEKMS:
		r.Type, r.Key, r.BucketKey = client.TypeSSEKMS, e.Key, e.BucketKey
	case client.DSSEKMS:
		r.Type, r.Key = client.TypeDSSEKMS, e.Key
	case client.SSEC:
		r.Type, r.CustomerKeyMD5 = client.TypeSSEC, e.Key.MD5()
	}
	if s.Report != nil {
		r = s.Report(r)
	}
	return r
}

// Delete removes objects.
func (s *Store) Delete(_ context.Context, at []client.Location) ([]error, error) {
	if err := s.enter("DeleteObjects", at[0]); err != nil {
		return nil, err
	}
	results := make([]error, len(at))
	for i, a := range at {
		if results[i] = s.enter("DeleteObject", a); results[i] == nil {
			s.mu.Lock()
			delete(s.buckets[a.Bucket], a.Key)
			s.mu.Unlock()
		}
	}
	return results, nil
}

// DeleteOnly removes an object that is still the one it was.
func (s *Store) DeleteOnly(_ context.Context, was client.Object, _ client.CustomerKey) error {
	if err := s.enter("DeleteObject", was.At); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	have, ok := s.buckets[was.At.Bucket][was.At.Key]
	if ok && (was.ETag == "" || have.object.ETag != was.ETag || !was.Modified.IsZero() && !have.object.Modified.Equal(was.Modified)) {
		return &client.Error{Op: "DeleteObject", Kind: client.KindPrecondition, At: was.At, Err: errors.New("another object has taken its place")}
	}
	delete(s.buckets[was.At.Bucket], was.At.Key)
	return nil
}

// Tags are none.
func (s *Store) Tags(_ context.Context, at client.Location, _ string) (map[string]string, error) {
	return map[string]string{}, s.enter("GetObjectTagging", at)
}
