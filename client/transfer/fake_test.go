package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

// A fakeStore keeps objects in memory and can be told to misbehave. It is
// honest by default: it reports the encryption that was asked for.
type fakeStore struct {
	client.Store // calls nobody expects panic

	mu      sync.Mutex
	objects map[client.Location]fakeObject
	uploads map[string]*fakeUpload
	calls   []string // "Put s3://b/k", in order
	gets    []client.ReadOptions
	heads   []client.ReadOptions
	etags   int

	keepsChecksums bool
	nameless       bool                                                       // CompleteUpload answers no ETag
	digests        []client.Digests                                           // of bodies, as they came
	partSum        func(n int, data []byte) client.Checksum                   // returned by UploadPart; nil: none
	report         func(call string, asked client.Encryption) client.Reported // nil: as asked
	fail           func(call string, nth int) error                           // nil: nothing fails
	reads          func(body io.ReadSeeker, size int64) ([]byte, error)       // nil: once
	gives          func(nth int, data []byte) io.Reader                       // nil: the bytes
	block          chan struct{}                                              // Put, UploadPart and Get wait for it or for the context
	entered        chan struct{}                                              // receives when one of them waits
	tells          func(call string, truth client.Object) client.Object       // nil: the truth
	rangeless      bool                                                       // Get sends whole objects only
	doubtful       time.Time                                                  // answers to CreateUpload were lost since; zero for none
	discard        bool                                                       // keep no bytes: benchmarks
}

type fakeObject struct {
	data []byte
	o    client.PutOptions
	head client.Object
}

type fakeUpload struct {
	o     client.PutOptions
	at    client.Location
	parts map[int][]byte
	begun time.Time
}

func newFakeStore() *fakeStore {
	return &fakeStore{objects: map[client.Location]fakeObject{}, uploads: map[string]*fakeUpload{}}
}

var modified = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// add puts an object where a download finds it.
func (s *fakeStore) add(at client.Location, data []byte, o client.PutOptions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(at, data, o)
}

func (s *fakeStore) store(at client.Location, data []byte, o client.PutOptions) client.Object {
	s.etags++
	head := client.Object{
		At: at, Size: int64(len(data)), Modified: modified, ETag: fmt.Sprintf("etag-%d", s.etags),
		Metadata: maps.Clone(o.Metadata), RequestID: fmt.Sprintf("req-%d", s.etags),
	}
	if s.keepsChecksums {
		head.Checksums = []client.Checksum{checksumOf(crc64nvme.Checksum(data))}
	}
	s.objects[at] = fakeObject{data, o, head}
	return head
}

// begin records a call and says whether it fails.
func (s *fakeStore) begin(call string, at client.Location) error {
	s.mu.Lock()
	s.calls = append(s.calls, call+" "+at.String())
	nth := s.count(call)
	fail := s.fail
	s.mu.Unlock()
	if fail != nil {
		return fail(call, nth)
	}
	return nil
}

func (s *fakeStore) count(call string) (n int) {
	for _, c := range s.calls {
		if strings.HasPrefix(c, call+" ") {
			n++
		}
	}
	return n
}

func (s *fakeStore) called(call string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count(call)
}

func (s *fakeStore) wait(ctx context.Context) error {
	if s.block == nil {
		return nil
	}
	pulse := client.PulseOf(ctx)
	pulse.Asked(1, 5)
	pulse.Missed() // as if it had been tried once
	pulse.Ended()
	pulse.Asked(2, 5)
	defer pulse.Ended()
	defer pulse.Answered(false)
	select {
	case s.entered <- struct{}{}:
	default:
	}
	select {
	case <-s.block:
		return nil
	case <-ctx.Done():
		return &client.Error{Op: "fake", Kind: client.KindCancelled, Err: context.Cause(ctx)}
	}
}

// customerKey is the SSE-C key asked for, zero where there is none.
func customerKey(e client.Encryption) client.CustomerKey {
	if c, ok := e.(client.SSEC); ok {
		return c.Key
	}
	return client.CustomerKey{}
}

func (s *fakeStore) reported(call string, asked client.Encryption) client.Reported {
	if s.report != nil {
		return s.report(call, asked)
	}
	return honest(asked)
}

// honest is the report of a server that did what was asked.
func honest(asked client.Encryption) client.Reported {
	r := client.Reported{Told: true, Type: client.TypeOf(asked), Key: client.KeyOf(asked)}
	switch e := asked.(type) {
	case client.Inherit:
		r.Type = client.TypeNone
	case client.SSEC:
		r.CustomerKeyMD5 = e.Key.MD5()
	}
	return r
}

func (s *fakeStore) read(body io.ReadSeeker, size int64) ([]byte, error) {
	if s.reads != nil {
		return s.reads(body, size)
	}
	if s.discard {
		_, err := io.Copy(io.Discard, struct{ io.Reader }{body})
		return nil, err
	}
	data, err := io.ReadAll(body)
	if err == nil && int64(len(data)) != size {
		err = fmt.Errorf("%d bytes were promised and %d came", size, len(data))
	}
	return data, err
}

func (s *fakeStore) Put(ctx context.Context, at client.Location, body io.ReadSeeker, size int64, o client.PutOptions) (client.Object, error) {
	if err := s.begin("Put", at); err != nil {
		return client.Object{}, err
	}
	if err := s.wait(ctx); err != nil {
		return client.Object{}, err
	}
	data, err := s.read(body, size)
	if err != nil {
		return client.Object{}, &client.Error{Op: "PutObject", Kind: client.KindNetwork, Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.objects[at]; there && o.OnlyIfAbsent || o.IfMatch != "" && s.objects[at].head.ETag != o.IfMatch {
		return client.Object{}, &client.Error{Op: "PutObject", Kind: client.KindPrecondition, At: at}
	}
	s.digests = append(s.digests, o.Digests)
	answer := s.store(at, data, o)
	answer.Encryption = s.reported("Put", o.Encryption)
	return answer, nil
}

func (s *fakeStore) Head(_ context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	if err := s.begin("Head", at); err != nil {
		return client.Object{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heads = append(s.heads, o)
	there, ok := s.objects[at]
	if !ok {
		return client.Object{}, &client.Error{Op: "HeadObject", Kind: client.KindNotFound, At: at}
	}
	switch c := customerKey(there.o.Encryption); {
	case c.MD5() == o.Key.MD5():
	case o.Key.IsZero():
		return client.Object{}, &client.Error{Op: "HeadObject", Kind: client.KindNeedsKey, At: at}
	case c.IsZero():
		return client.Object{}, &client.Error{Op: "HeadObject", Kind: client.KindNotCustomerKey, At: at}
	default:
		return client.Object{}, &client.Error{Op: "HeadObject", Kind: client.KindWrongKey, At: at}
	}
	if o.IfMatch != "" && o.IfMatch != there.head.ETag {
		return client.Object{}, &client.Error{Op: "HeadObject", Kind: client.KindPrecondition, At: at}
	}
	head := there.head
	head.Encryption = s.reported("Head", there.o.Encryption)
	return s.told("Head", head), nil
}

func (s *fakeStore) told(call string, truth client.Object) client.Object {
	if s.tells == nil {
		return truth
	}
	return s.tells(call, truth)
}

func (s *fakeStore) Get(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	if err := s.begin("Get", at); err != nil {
		return client.Object{}, nil, err
	}
	if err := s.wait(ctx); err != nil {
		return client.Object{}, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets = append(s.gets, o)
	there, ok := s.objects[at]
	switch {
	case !ok:
		return client.Object{}, nil, &client.Error{Op: "GetObject", Kind: client.KindNotFound, At: at}
	case o.IfMatch != "" && o.IfMatch != there.head.ETag:
		return client.Object{}, nil, &client.Error{Op: "GetObject", Kind: client.KindPrecondition, At: at}
	case customerKey(there.o.Encryption).MD5() != o.Key.MD5():
		return client.Object{}, nil, &client.Error{Op: "GetObject", Kind: client.KindWrongKey, At: at}
	}
	if s.rangeless && o.Offset+o.Length > 0 {
		return client.Object{}, nil, &client.Error{Op: "GetObject", Kind: client.KindUnsupported, At: at, Err: client.ErrNoRanges}
	}
	if o.Offset > 0 && o.Offset >= int64(len(there.data)) {
		return client.Object{}, nil, &client.Error{Op: "GetObject", Kind: client.KindInvalid, At: at, Status: 416, Code: "InvalidRange"}
	}
	data := there.data[o.Offset:]
	if o.Length > 0 {
		data = data[:min(o.Length, int64(len(data)))]
	}
	var r io.Reader = bytes.NewReader(data)
	if s.gives != nil {
		r = s.gives(s.count("Get"), data)
	}
	return s.told("Get", there.head), io.NopCloser(r), nil
}

func (s *fakeStore) CreateUpload(_ context.Context, at client.Location, o client.PutOptions) (client.Upload, client.Object, error) {
	if err := s.begin("CreateUpload", at); err != nil {
		return client.Upload{At: at, Doubtful: !s.doubtful.IsZero(), Begun: s.doubtful}, client.Object{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := fmt.Sprintf("upload-%d", len(s.calls))
	s.uploads[id] = &fakeUpload{o, at, map[int][]byte{}, s.doubtful}
	return client.Upload{Doubtful: !s.doubtful.IsZero(), Begun: s.doubtful, At: at, ID: id, Key: customerKey(o.Encryption), Checksummed: o.Checksum.Value != "", OnlyIfAbsent: o.OnlyIfAbsent, IfMatch: o.IfMatch},
		client.Object{At: at, Encryption: s.reported("CreateUpload", o.Encryption)}, nil
}

func (s *fakeStore) UploadPart(ctx context.Context, u client.Upload, n int, body io.ReadSeeker, size int64, d client.Digests) (client.Part, error) {
	if err := s.begin("UploadPart", u.At); err != nil {
		return client.Part{}, err
	}
	if err := s.wait(ctx); err != nil {
		return client.Part{}, err
	}
	data, err := s.read(body, size)
	if err != nil {
		return client.Part{}, &client.Error{Op: "UploadPart", Kind: client.KindNetwork, Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	up, ok := s.uploads[u.ID]
	if !ok {
		return client.Part{}, &client.Error{Op: "UploadPart", Kind: client.KindNoUpload, At: u.At}
	}
	up.parts[n] = data
	s.digests = append(s.digests, d)
	part := client.Part{Number: n, Size: size, ETag: fmt.Sprintf("part-%d", n), Encryption: s.reported("UploadPart", up.o.Encryption)}
	if s.partSum != nil {
		part.Checksum = s.partSum(n, data)
	}
	return part, nil
}

func (s *fakeStore) CompleteUpload(_ context.Context, u client.Upload, parts []client.Part, sum client.Checksum) (client.Object, error) {
	err := s.begin("CompleteUpload", u.At)
	if err != nil && !errors.Is(err, errAnswerLost) {
		return client.Object{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	up, ok := s.uploads[u.ID]
	if !ok || len(parts) != len(up.parts) {
		return client.Object{}, &client.Error{Op: "CompleteMultipartUpload", Kind: client.KindNoUpload, At: u.At}
	}
	var data []byte
	for i, p := range parts {
		if p.Number != i+1 || p.ETag != fmt.Sprintf("part-%d", i+1) || p.Size == 0 {
			return client.Object{}, &client.Error{Op: "CompleteMultipartUpload", Kind: client.KindInvalid, At: u.At}
		}
		data = append(data, up.parts[p.Number]...)
	}
	if sum.Value != "" && sum != checksumOf(crc64nvme.Checksum(data)) {
		return client.Object{}, &client.Error{Op: "CompleteMultipartUpload", Kind: client.KindCorrupt, At: u.At}
	}
	delete(s.uploads, u.ID)
	if _, there := s.objects[u.At]; there && u.OnlyIfAbsent || u.IfMatch != "" && s.objects[u.At].head.ETag != u.IfMatch {
		return client.Object{}, &client.Error{Op: "CompleteMultipartUpload", Kind: client.KindPrecondition, At: u.At}
	}
	answer := s.store(u.At, data, up.o)
	answer.Encryption = s.reported("CompleteUpload", up.o.Encryption)
	if s.nameless {
		answer.ETag = ""
	}
	if err != nil {
		return client.Object{}, &client.Error{Op: "CompleteMultipartUpload", Kind: client.KindNoUpload, At: u.At}
	}
	return answer, nil
}

// errAnswerLost makes CompleteUpload succeed and say that there is no upload, as
// a repeated call would.
var errAnswerLost = errors.New("the answer is lost")

func (s *fakeStore) OpenUploads(_ context.Context, under client.Location) ([]client.OpenUpload, error) {
	if err := s.begin("OpenUploads", under); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []client.OpenUpload
	for id, u := range s.uploads {
		if u.at.Bucket == under.Bucket && strings.HasPrefix(u.at.Key, under.Key) {
			all = append(all, client.OpenUpload{At: u.at, ID: id, Begun: u.begun})
		}
	}
	return all, nil
}

func (s *fakeStore) Parts(_ context.Context, u client.Upload) ([]client.Part, error) {
	if err := s.begin("Parts", u.At); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return make([]client.Part, len(s.uploads[u.ID].parts)), nil
}

func (s *fakeStore) AbortUpload(ctx context.Context, u client.Upload) error {
	if ctx.Err() != nil {
		return ctx.Err() // a stopped context cleans nothing up
	}
	if err := s.begin("AbortUpload", u.At); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, u.ID)
	return nil
}

// deafToIfMatch is a server that does not know If-Match.
type deafToIfMatch struct{ *fakeStore }

func (d deafToIfMatch) Get(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	o.IfMatch = ""
	return d.fakeStore.Get(ctx, at, o)
}
