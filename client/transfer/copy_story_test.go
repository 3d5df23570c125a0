package transfer_test

import (
	"bytes"
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

var (
	sourceAt = client.Location{Bucket: "bucket", Key: "從/a b+c.csv"}
	copyAt   = client.Location{Bucket: "bucket", Key: "to/a.csv"}
)

// put leaves a source with everything that may be stored beside its bytes.
func (s *story) put(content string, e client.Encryption) client.Object {
	s.Helper()
	o := client.PutOptions{
		Encryption: e, ContentType: "text/csv", Metadata: map[string]string{"colour": "blue"}, Tags: map[string]string{"project": "a b"},
		System: client.System{CacheControl: "max-age=60", Expires: "Wed, 21 Oct 2037 07:28:00 GMT"},
	}
	if c, ok := e.(client.SSEC); ok {
		s.keys.Store(c.Key.MD5(), c.Key)
	}
	_, err := s.store.Put(s.Context(), sourceAt, bytes.NewReader([]byte(content)), int64(len(content)), o)
	require.NoError(s, err)
	was, err := s.store.Head(s.Context(), sourceAt, client.ReadOptions{Key: keyOf(e)})
	require.NoError(s, err)
	return was
}

func keyOf(e client.Encryption) client.CustomerKey {
	if c, ok := e.(client.SSEC); ok {
		return c.Key
	}
	return client.CustomerKey{}
}

// copyJob copies or moves the source.
func (s *story) copyJob(op transfer.Op, from, to client.Encryption) transfer.Job {
	j := transfer.Job{
		Op: op, From: transfer.ObjectAt("", sourceAt, ""), To: transfer.ObjectAt("", copyAt, ""),
		Treatment: client.TreatmentOf(to), Overwrite: transfer.OverwriteSkip,
	}
	for _, e := range []client.Encryption{from, to} {
		if c, ok := e.(client.SSEC); ok {
			s.keys.Store(c.Key.MD5(), c.Key)
		}
	}
	if c, ok := from.(client.SSEC); ok {
		j.From.CustomerKeyMD5 = c.Key.MD5()
	}
	return j
}

func (s *story) read(at client.Location, key client.CustomerKey) (client.Object, string) {
	s.Helper()
	o, body, err := s.store.Get(s.Context(), at, client.ReadOptions{Key: key})
	require.NoError(s, err)
	content, err := io.ReadAll(body)
	require.NoError(s, err)
	require.NoError(s, body.Close())
	return o, string(content)
}

func (s *story) isThere(at client.Location, key client.CustomerKey) bool {
	_, err := s.store.Head(s.Context(), at, client.ReadOptions{Key: key})
	if err != nil {
		assert.Equal(s, client.KindNotFound.String(), client.KindOf(err).String())
	}
	return err == nil
}

// waysOf are the encryptions that a server of a personality has, by name.
func waysOf(t *testing.T, personality string) map[string]client.Encryption {
	key, err := client.NewCustomerKey(bytes.Repeat([]byte{9}, client.CustomerKeyBytes))
	require.NoError(t, err)
	all := map[string]client.Encryption{
		"nothing": client.Inherit{}, "KMS": client.SSEKMS{Key: keyID}, "SSE-C": client.SSEC{Key: key},
		"KMS with a context": client.SSEKMS{Key: keyID, Context: map[string]string{"project": "中文"}},
	}
	if personality != "ceph16" {
		all["SSE-S3"] = client.SSES3{}
	}
	return all
}

// What each server can be got to do is done, with everything kept, proved, and the
// source of a move gone; what cannot be is said, and then the source is there.
func TestWhatIsCopiedIsWhatWasThereAndEncryptedAsAsked(t *testing.T) {
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		for from, was := range waysOf(t, personality) {
			for to, asked := range waysOf(t, personality) {
				ops := []transfer.Op{transfer.Copy}
				if from == to {
					ops = append(ops, transfer.Move)
				}
				for _, op := range ops {
					t.Run(personality+": "+string(op)+" "+from+" to "+to, func(t *testing.T) {
						s := begin(t, []mock.Option{mock.As(personality)})
						source := s.put("the content", was)
						row := s.do(s.copyJob(op, was, asked))
						if personality == "ceph16" && from == "SSE-C" && to != "SSE-C" && to != "nothing" {
							assert.Equal(t, client.KindUnsupported.String(), client.KindOf(row.Err).String(), "%v", row.Err)
							assert.True(t, s.isThere(sourceAt, keyOf(was)))
							return
						}
						require.NoError(t, row.Err)
						assert.Equal(t, transfer.Done, row.Phase)
						if asked == client.Encryption(client.Inherit{}) {
							asked = was // what no rule is about keeps its encryption
						}
						if client.TypeOf(asked) != client.TypeInherit {
							assert.Equal(t, transfer.Verified, row.Receipt.Verdict, row.Receipt.Why.String())
						}
						made, content := s.read(copyAt, keyOf(asked))
						assert.Equal(t, "the content", content)
						assert.Equal(t, source.ContentType, made.ContentType)
						assert.Equal(t, source.Metadata, made.Metadata)
						assert.Equal(t, source.System(), made.System())
						if client.TypeOf(asked) != client.TypeInherit {
							assert.Equal(t, client.TypeOf(asked), made.Encryption.Type)
						}
						tags, err := s.store.Tags(t.Context(), copyAt, "")
						require.NoError(t, err)
						assert.Equal(t, map[string]string{"project": "a b"}, tags)
						assert.Equal(t, op == transfer.Copy, s.isThere(sourceAt, keyOf(was)))
					})
				}
			}
		}
	}
}

// Every lie about the encryption of a copy is found out, whichever request is answered
// by it, and the source of a move is still there.
func TestALieAboutACopyIsFoundOutAndTheSourceStays(t *testing.T) {
	ops := []string{"", "CopyObject", "CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload", "HeadObject"}
	for name, f := range map[string]mock.Fault{
		"stored plain":             {Do: mock.StorePlain},
		"stored plain and claimed": {Do: mock.StorePlain, Echo: true},
		"another key":              {Do: mock.OtherKey, KeyID: anotherKey},
		"another type":             {Do: mock.OtherType, Method: "AES256"},
		"nothing said":             {Do: mock.DropSSEHeaders},
	} {
		for _, f.Op = range ops {
			if f.Do == mock.StorePlain && f.Op != "" || f.Do == mock.DropSSEHeaders && f.Op != "" && f.Op != "HeadObject" {
				continue // silence of a copy is no lie: HEAD decides
			}
			for _, personality := range []string{"aws", "ceph16"} { // by one request, and in parts
				used := map[string]bool{"": true, "HeadObject": true, "CopyObject": personality == "aws"}
				if personality == "ceph16" {
					used["CreateMultipartUpload"], used["UploadPartCopy"] = true, true
				}
				if !used[f.Op] {
					continue
				}
				t.Run(name+" "+f.Op+" "+personality, func(t *testing.T) {
					s := begin(t, []mock.Option{mock.As(personality)})
					s.put("the content", client.SSEKMS{Key: keyID})
					require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{f}}))
					row := s.do(s.copyJob(transfer.Move, nil, client.SSEKMS{Key: keyID}))
					require.NoError(t, s.server.SetFaults(mock.Faults{}))
					if f.Op == "CopyObject" { // it was made again in parts, of which nobody lied
						require.NoError(t, row.Err)
						assert.Equal(t, transfer.Verified, row.Receipt.Verdict)
						assert.NotZero(t, row.Receipt.PartSize)
						return
					}
					assert.Equal(t, transfer.Failed, row.Phase)
					assert.Equal(t, client.KindEncryptionNotAsAsked.String(), client.KindOf(row.Err).String(), "%v", row.Err)
					assert.True(t, s.isThere(sourceAt, client.CustomerKey{}), "the source stays")
				})
			}
		}
	}
}

// A colleague who writes over the source meanwhile loses nothing by a move.
func TestASourceThatIsAnotherStays(t *testing.T) {
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		t.Run(personality, func(t *testing.T) {
			s := begin(t, []mock.Option{mock.As(personality)})
			was := s.put("the content", client.Inherit{})
			j := s.copyJob(transfer.Move, nil, client.Inherit{})
			j.Expect.ETag = was.ETag
			s.put("another", client.Inherit{})
			row := s.do(j)
			assert.Equal(t, client.KindPrecondition.String(), client.KindOf(row.Err).String(), "%v", row.Err)
			assert.False(t, s.isThere(copyAt, client.CustomerKey{}))
			_, content := s.read(sourceAt, client.CustomerKey{})
			assert.Equal(t, "another", content)
		})
	}
}

func TestACopyOverwritesAsAsked(t *testing.T) {
	s := begin(t, nil)
	s.put("the content", client.SSEKMS{Key: keyID})
	other := []byte("something else")
	_, err := s.store.Put(t.Context(), copyAt, bytes.NewReader(other), int64(len(other)), client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
	require.NoError(t, err)
	row := s.do(s.copyJob(transfer.Move, nil, client.SSEKMS{Key: keyID}))
	assert.Equal(t, transfer.Skipped, row.Phase)
	require.ErrorIs(t, row.Err, transfer.ErrOtherContents)
	assert.True(t, s.isThere(sourceAt, client.CustomerKey{}))

	j := s.copyJob(transfer.Move, nil, client.SSEKMS{Key: keyID})
	j.Overwrite = transfer.OverwriteAlways
	row = s.do(j)
	require.NoError(t, row.Err)
	_, content := s.read(copyAt, client.CustomerKey{})
	assert.Equal(t, "the content", content)
	assert.False(t, s.isThere(sourceAt, client.CustomerKey{}))
}

// What no rule is about was never asked to be as the source of a copy that is not made.
func TestWhatIsThereIsNotCalledWronglyEncryptedForTheSourcesSake(t *testing.T) {
	s := begin(t, nil)
	s.put("the content", client.SSES3{})
	other := []byte("something else")
	_, err := s.store.Put(t.Context(), copyAt, bytes.NewReader(other), int64(len(other)), client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
	require.NoError(t, err)
	row := s.do(s.copyJob(transfer.Move, nil, client.Inherit{}))
	assert.Equal(t, transfer.Skipped, row.Phase)
	require.ErrorIs(t, row.Err, transfer.ErrOtherContents)
	assert.True(t, s.isThere(sourceAt, client.CustomerKey{}))
}

func TestALargeCopyIsMadeInParts(t *testing.T) {
	s := begin(t, []mock.Option{mock.As("ceph16")})
	content := string(bytes.Repeat([]byte("0123456789abcdef"), 70<<20/16))
	s.put(content, client.SSEKMS{Key: keyID})
	row := s.do(s.copyJob(transfer.Copy, nil, client.SSEKMS{Key: keyID}))
	require.NoError(t, row.Err)
	assert.Equal(t, transfer.Verified, row.Receipt.Verdict)
	assert.EqualValues(t, 64<<20, row.Receipt.PartSize)
	_, got := s.read(copyAt, client.CustomerKey{})
	assert.True(t, content == got)
	assert.EqualValues(t, len(content), row.Sent, strconv.Itoa(len(content)))
}

func TestNothingIsCopiedOntoItself(t *testing.T) {
	s := begin(t, nil)
	j := s.copyJob(transfer.Copy, nil, client.SSES3{})
	j.To = j.From
	row := s.do(j)
	require.ErrorContains(t, row.Err, "source and target are the same object")
}
