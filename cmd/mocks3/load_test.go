package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

// The buckets: in the second every write leaves a version.
const crashBucket, versionedBucket = "crash", "versioned"

// client of the process. It tries nothing twice: an attempt whose answer was lost
// must stay one attempt.
func (p *process) client(t testing.TB) *s3.Client {
	t.Helper()
	ca, err := os.ReadFile(p.ready.CAFile)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(ca))
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, MaxIdleConnsPerHost: 16}
	t.Cleanup(tr.CloseIdleConnections)
	return s3.New(s3.Options{
		Region: p.ready.Region, Credentials: credentials.NewStaticCredentialsProvider(p.ready.AccessKey, p.ready.SecretKey, ""),
		HTTPClient: &http.Client{Transport: tr}, BaseEndpoint: aws.String(p.ready.URL), UsePathStyle: true, RetryMaxAttempts: 1,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
}

// worker writes to keys of its own and to the shared ones until the server is gone.
type worker struct {
	id     int
	rand   *rand.Rand
	count  int
	keys   []*owned
	shared []*shared
	past   []*history
	open   []part

	client *s3.Client
	acks   *atomic.Int64
}

// run works until a call gets no answer. An error that the server answers is what
// must not be.
func (w *worker) run(ctx context.Context) error {
	for {
		err := w.step(ctx)
		var answered *awshttp.ResponseError
		if errors.As(err, &answered) && answered.HTTPStatusCode() >= 300 {
			return fmt.Errorf("worker %d: %w", w.id, err)
		}
		if err != nil {
			return nil //nolint:nilerr // no answer: the server was killed
		}
		w.acks.Add(1)
	}
}

func (w *worker) step(ctx context.Context) error {
	key := w.keys[w.rand.IntN(len(w.keys))]
	switch n := w.rand.IntN(16); {
	case n >= 12:
		return w.addHistory(ctx, w.past[w.rand.IntN(len(w.past))])
	case n < 3:
		return w.put(ctx, key)
	case n < 5:
		return w.multipart(ctx, key)
	case n < 6 && key.acked.there:
		return w.tag(ctx, key)
	case n < 8:
		return w.copy(ctx, key)
	case n < 9:
		return w.remove(ctx, key)
	case n < 10 && len(w.open) < 2:
		return w.leaveOpen(ctx)
	}
	return w.race(ctx, w.shared[w.rand.IntN(len(w.shared))])
}

// noise is a body that was never sent before.
func (w *worker) noise(size int) (body []byte, sum string) {
	w.count++
	body = fmt.Appendf(nil, "worker %d body %d ", w.id, w.count)
	for len(body) < size {
		body = append(body, byte(w.rand.Uint32()))
	}
	return body, sumOf(body)
}

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (w *worker) size() int { return []int{0, 100, 65_536, 70_000, 300_000}[w.rand.IntN(5)] }

// sealing chooses an encryption, and the header to ask for it.
func (w *worker) sealing() (types.ServerSideEncryption, string) {
	if w.rand.IntN(2) == 0 {
		return types.ServerSideEncryptionAwsKms, "aws:kms"
	}
	return types.ServerSideEncryptionAes256, "AES256"
}

func (w *worker) put(ctx context.Context, k *owned) error {
	body, sum := w.noise(w.size())
	sse, name := w.sealing()
	tag := fmt.Sprint(w.count)
	k.tried = &state{true, sum, tag, name}
	_, err := w.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(crashBucket), Key: aws.String(k.name), Body: bytes.NewReader(body), ServerSideEncryption: sse, Tagging: aws.String("n=" + tag),
	})
	return k.done(err)
}

// done settles a call that was acknowledged.
func (o *owned) done(err error) error {
	if err == nil {
		o.confirm(*o.tried)
	}
	return err
}

func (w *worker) upload(ctx context.Context, bucket, name string, sse types.ServerSideEncryption, bodies ...[]byte) (id string, parts []types.CompletedPart, err error) {
	up, err := w.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: aws.String(name), ServerSideEncryption: sse})
	if err != nil {
		return "", nil, err
	}
	for i, body := range bodies {
		n := aws.Int32(int32(i + 1))
		out, err := w.client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: aws.String(bucket), Key: aws.String(name), UploadId: up.UploadId, PartNumber: n, Body: bytes.NewReader(body),
		})
		if err != nil {
			return "", nil, err
		}
		parts = append(parts, types.CompletedPart{PartNumber: n, ETag: out.ETag})
	}
	return *up.UploadId, parts, nil
}

func (w *worker) multipart(ctx context.Context, k *owned) error {
	last, _ := w.noise(w.size())
	bodies := [][]byte{last}
	if w.rand.IntN(4) == 0 {
		first, _ := w.noise(5 << 20)
		bodies = [][]byte{first, last}
	}
	sse, name := w.sealing()
	id, parts, err := w.upload(ctx, crashBucket, k.name, sse, bodies...)
	if err != nil {
		return err
	}
	k.tried = &state{true, sumOf(bytes.Join(bodies, nil)), "", name}
	_, err = complete(ctx, w.client, crashBucket, k.name, id, parts...)
	return k.done(err)
}

func complete(ctx context.Context, c *s3.Client, bucket, name, id string, parts ...types.CompletedPart) (version *string, err error) {
	out, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: aws.String(bucket), Key: aws.String(name), UploadId: aws.String(id), MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	if err != nil {
		return nil, err
	}
	return out.VersionId, nil
}

// leaveOpen uploads a part and does not complete.
func (w *worker) leaveOpen(ctx context.Context) error {
	body, sum := w.noise(w.size())
	sse, _ := w.sealing()
	name := fmt.Sprintf("open-%d-%d", w.id, w.count)
	id, parts, err := w.upload(ctx, crashBucket, name, sse, body)
	if err == nil {
		w.open = append(w.open, part{name, id, *parts[0].ETag, sum})
	}
	return err
}

func (w *worker) tag(ctx context.Context, k *owned) error {
	w.count++
	next := k.acked
	next.tag = fmt.Sprint(w.count)
	k.tried = &next
	_, err := w.client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
		Bucket: aws.String(crashBucket), Key: aws.String(k.name),
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("n"), Value: aws.String(next.tag)}}},
	})
	return k.done(err)
}

func (w *worker) copy(ctx context.Context, k *owned) error {
	from := w.keys[w.rand.IntN(len(w.keys))]
	if from == k || !from.acked.there {
		return w.put(ctx, k)
	}
	next := from.acked
	var sse types.ServerSideEncryption
	sse, next.sse = w.sealing()
	k.tried = &next
	_, err := w.client.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: aws.String(crashBucket), Key: aws.String(k.name), CopySource: aws.String(crashBucket + "/" + from.name), ServerSideEncryption: sse,
	})
	return k.done(err)
}

func (w *worker) remove(ctx context.Context, k *owned) error {
	k.tried = &state{}
	_, err := w.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(crashBucket), Key: aws.String(k.name)})
	return k.done(err)
}

// race overwrites or deletes what others overwrite and delete at the same time.
func (w *worker) race(ctx context.Context, s *shared) (err error) {
	var mine *write
	if w.rand.IntN(5) == 0 {
		mine = s.begin(state{})
		_, err = w.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(crashBucket), Key: aws.String(s.name)})
	} else {
		body, sum := w.noise(w.size())
		mine = s.begin(state{there: true, sum: sum, sse: "AES256"})
		_, err = w.client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(crashBucket), Key: aws.String(s.name), Body: bytes.NewReader(body)})
	}
	if err == nil {
		s.acknowledge(mine)
	}
	return err
}

// load lets all workers run until the server is gone.
func load(ctx context.Context, t *testing.T, c *s3.Client, workers []*worker) (first <-chan struct{}, wait func()) {
	t.Helper()
	begun := make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	failures := make([]error, len(workers))
	for i, w := range workers {
		w.client = c
		wg.Go(func() {
			once.Do(func() { close(begun) })
			failures[i] = w.run(ctx)
		})
	}
	return begun, func() {
		wg.Wait()
		require.NoError(t, errors.Join(failures...), "the server answered with an error under load")
	}
}

// found reads a key as it is now.
func found(ctx context.Context, c *s3.Client, name string) (state, error) {
	out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(crashBucket), Key: aws.String(name)})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		return state{}, nil
	}
	if err != nil {
		return state{}, err
	}
	body, err := io.ReadAll(out.Body)
	if err = errors.Join(err, out.Body.Close()); err != nil {
		return state{}, err
	}
	s := state{there: true, sum: sumOf(body), sse: string(out.ServerSideEncryption)}
	tags, err := c.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: aws.String(crashBucket), Key: aws.String(name)})
	if err != nil {
		return state{}, err
	}
	for _, tag := range tags.TagSet {
		s.tag = *tag.Value
	}
	return s, nil
}
