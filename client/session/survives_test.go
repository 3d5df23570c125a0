package session

import (
	"crypto/md5" //nolint:gosec // Content-MD5
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// precious is what the objects hold: 8,000 bytes and more than one block of any cipher.
var precious = strings.Repeat("precious", 1000)

// Whatever is done with an object, it is encrypted afterwards as the rules ask or as it
// was, never less: by the HEAD of another client, and by the bytes that one reads. All that
// stands beside the bytes is there too, and what is to stay of the source.
func TestEncryptionSurvivesWhateverIsDone(t *testing.T) {
	for personality, kinds := range map[string][]string{
		"aws":    {"none", "s3", "kms-id", "kms-arn", "bucket-key", "context", "dsse", "c"},
		"ceph16": {"none", "kms-id", "context", "c"},
		"minio":  {"none", "s3", "kms-id", "c"},
	} {
		t.Run(personality, func(t *testing.T) {
			d := open(t, nil, mock.As(personality))
			w := newWitness(t, d)
			for _, kind := range kinds {
				for _, op := range []string{"rename", "copy", "metadata", "tags", "class", "restore", "acl", "lock"} {
					for _, ruled := range []bool{false, true} {
						t.Run(kind+"/"+op+map[bool]string{false: "", true: "/by a rule"}[ruled], func(t *testing.T) { w.survives(t, kind, op, ruled) })
					}
				}
			}
		})
	}
}

// A witness looks with another client.
type witness struct {
	*desk
	other *minio.Client
	key   client.CustomerKey
	n     int
}

func newWitness(t *testing.T, d *desk) *witness {
	t.Helper()
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(d.server.CA))
	other, err := minio.New(strings.TrimPrefix(d.server.URL, "https://"), &minio.Options{
		Creds: credentials.NewStaticV4(d.server.AccessKey, d.server.SecretKey, ""), Secure: true, Region: "us-east-1",
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}},
	})
	require.NoError(t, err)
	require.NoError(t, other.MakeBucket(t.Context(), "kept", minio.MakeBucketOptions{ObjectLocking: true}))
	return &witness{desk: d, other: other, key: d.key("c")}
}

// encryption is what a kind of source is written with.
func (w *witness) encryption(kind string) client.Encryption {
	key := w.server.NamedKeys()[0]
	switch kind {
	case "s3":
		return client.SSES3{}
	case "kms-id":
		return client.SSEKMS{Key: client.KeyID(key.ID)}
	case "kms-arn":
		return client.SSEKMS{Key: client.KeyID(key.ARN)}
	case "bucket-key":
		return client.SSEKMS{Key: client.KeyID(key.ID), BucketKey: true}
	case "context":
		return client.SSEKMS{Key: client.KeyID(key.ID), Context: map[string]string{"project": "q3"}}
	case "dsse":
		return client.DSSEKMS{Key: client.KeyID(key.ID)}
	case "c":
		return client.SSEC{Key: w.key}
	}
	return client.Inherit{}
}

// ruling is the rule that a source would be written by.
func (w *witness) ruling(kind string) []rules.Rule {
	t := client.TreatmentOf(w.encryption(kind))
	return []rules.Rule{{ID: "r1", Bucket: "kept", Type: t.Type, KMSKey: t.Key, BucketKey: t.BucketKey, Context: t.Context, CustomerKeyMD5: t.CustomerKeyMD5}}
}

func (w *witness) write(t *testing.T, kind string, at client.Location, content string) client.Object {
	t.Helper()
	sum := client.Digests{MD5: md5Of(content)} // object lock wants one
	o, err := w.store.Put(t.Context(), at, strings.NewReader(content), int64(len(content)), client.PutOptions{
		Encryption: w.encryption(kind), ContentType: "text/x-a", Metadata: map[string]string{"owner": "ada"}, Digests: sum,
		System: client.System{CacheControl: "max-age=60"}, Tags: map[string]string{"project": "q3"},
	})
	require.NoError(t, err)
	return o
}

func (w *witness) survives(t *testing.T, kind, op string, ruled bool) {
	w.n++
	at := client.Location{Bucket: "kept", Key: kind + "/" + op + map[bool]string{true: "/ruled"}[ruled]}
	source := w.write(t, kind, at, precious)
	before := w.head(t, kind, at)
	w.book.all = nil
	if ruled || kind == "c" { // an SSE-C key is known by its rule
		w.book.all = w.ruling(kind)
	}
	target := w.do(t, op, at, source)
	after := w.head(t, kind, target)
	for _, name := range []string{
		"X-Amz-Server-Side-Encryption", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", "X-Amz-Server-Side-Encryption-Bucket-Key-Enabled",
		"X-Amz-Server-Side-Encryption-Customer-Key-Md5",
	} {
		assert.Equal(t, before.Metadata.Get(name), after.Metadata.Get(name), name)
	}
	if kind != "none" {
		assert.NotEmpty(t, after.Metadata.Get("X-Amz-Server-Side-Encryption")+after.Metadata.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5"))
	}
	assert.Equal(t, precious, w.read(t, kind, target))
	tags, err := w.other.GetObjectTagging(t.Context(), target.Bucket, target.Key, minio.GetObjectTaggingOptions{})
	require.NoError(t, err)
	assert.Equal(t, "q3", tags.ToMap()["project"])
	assert.Equal(t, "max-age=60", after.Metadata.Get("Cache-Control"))
	if op != "metadata" {
		assert.Equal(t, "text/x-a", after.ContentType)
		assert.Equal(t, "ada", after.UserMetadata["Owner"])
	}
	_, err = w.store.Head(t.Context(), at, client.ReadOptions{Key: w.opens(kind)})
	if op == "rename" {
		assert.Equal(t, client.KindNotFound.String(), client.KindOf(err).String(), "it has another name now")
		return
	}
	require.NoError(t, err, "the source stays")
}

// do does one thing with an object and gives the place where it is then.
func (w *witness) do(t *testing.T, op string, at client.Location, source client.Object) client.Location {
	t.Helper()
	object := client.Object{At: at, Size: source.Size}
	switch op {
	case "rename", "copy":
		target := client.Location{Bucket: at.Bucket, Key: at.Key + ".new"}
		w.done(t, w.carry(whole(w.PlanCopy(t.Context(), []client.Object{object}, client.Location{Bucket: at.Bucket}, CopyOptions{As: target.Key, Move: op == "rename"}, Choice{}))))
		return target
	case "metadata":
		w.done(t, w.carry(whole(w.PlanEdit(t.Context(), []client.Object{object}, transfer.Meta, transfer.Edit{ContentType: "text/x-b", Set: map[string]string{"owner": "bob"}}))))
	case "class":
		w.done(t, w.carry(whole(w.PlanEdit(t.Context(), []client.Object{object}, transfer.Class, transfer.Edit{Headers: map[string]string{"X-Amz-Storage-Class": "STANDARD_IA"}}))))
	case "restore":
		kind, _, _ := strings.Cut(at.Key, "/")
		w.write(t, kind, at, "something else")
		w.done(t, w.carry(w.PlanRestore(t.Context(), at, source.VersionID, Choice{})))
	case "tags":
		w.changed(t, w.ChangeTags(t.Context(), at, "", func(tags map[string]string) map[string]string { tags["more"] = "yes"; return tags }))
	case "acl":
		c := w.SetACL(t.Context(), at, "", client.ACL{Canned: "private"})
		if client.KindOf(c.Err) != client.KindUnsupported { // off, as in new buckets of AWS
			w.changed(t, c)
		}
	case "lock":
		on, off := true, false
		w.changed(t, w.ChangeLock(t.Context(), at, "", LockChange{Hold: &on}))
		w.changed(t, w.ChangeLock(t.Context(), at, "", LockChange{Hold: &off}))
	}
	return at
}

func (w *witness) done(t *testing.T, rows []transfer.Row) {
	t.Helper()
	require.Len(t, rows, 1)
	require.NoError(t, rows[0].Err)
	assert.Equal(t, transfer.Done, rows[0].Phase)
}

func (w *witness) changed(t *testing.T, c Changed) {
	t.Helper()
	require.NoError(t, c.Err)
	assert.Contains(t, []transfer.Verdict{transfer.Verified, transfer.NothingAsked}, c.Finding.Verdict)
}

// opens is the key of a kind.
func (w *witness) opens(kind string) client.CustomerKey {
	if kind == "c" {
		return w.key
	}
	return client.CustomerKey{}
}

func (w *witness) options(t *testing.T, kind string) (o minio.GetObjectOptions) {
	t.Helper()
	if kind == "c" {
		key, err := encrypt.NewSSEC([]byte(strings.Repeat("c", 32)))
		require.NoError(t, err)
		o.ServerSideEncryption = key
	}
	return o
}

func (w *witness) head(t *testing.T, kind string, at client.Location) minio.ObjectInfo {
	t.Helper()
	o, err := w.other.StatObject(t.Context(), at.Bucket, at.Key, w.options(t, kind))
	require.NoError(t, err)
	return o
}

func (w *witness) read(t *testing.T, kind string, at client.Location) string {
	t.Helper()
	body, err := w.other.GetObject(t.Context(), at.Bucket, at.Key, w.options(t, kind))
	require.NoError(t, err)
	b, err := io.ReadAll(body)
	require.NoError(t, err)
	return string(b)
}

// md5Of is the Content-MD5 of a body.
func md5Of(content string) string {
	sum := md5.Sum([]byte(content)) //nolint:gosec // Content-MD5
	return base64.StdEncoding.EncodeToString(sum[:])
}
