package transfer_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// encryptJob encrypts the source anew in its place.
func (s *story) encryptJob(was, asked client.Encryption) transfer.Job {
	j := s.copyJob(transfer.Encrypt, was, asked)
	j.To, j.Overwrite = transfer.ObjectAt("", sourceAt, ""), transfer.OverwriteAlways
	return j
}

// Whatever the server, an object becomes as asked in its place with everything that
// stands beside it; and what is so already is left alone.
func TestWhatIsThereIsEncryptedInItsPlaceAndKeepsAllElse(t *testing.T) {
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		ways := waysOf(t, personality)
		ways["another KMS key"] = client.SSEKMS{Key: anotherKey}
		for from, was := range ways {
			for to, asked := range ways {
				if to == "nothing" {
					continue
				}
				t.Run(personality+" "+from+" to "+to, func(t *testing.T) {
					s := begin(t, []mock.Option{mock.As(personality), mock.With(func(c *mock.Config) { c.Keys = append(c.Keys, mock.KeySpec{ID: anotherKey}) })})
					source := s.put("the content", was)
					row := s.do(s.encryptJob(was, asked))
					if personality == "ceph16" && from == "SSE-C" && to != "SSE-C" { // no request of its kind reads such an object
						assert.Equal(t, client.KindUnsupported.String(), client.KindOf(row.Err).String(), "%v", row.Err)
						_, content := s.read(sourceAt, keyOf(was))
						assert.Equal(t, "the content", content)
						return
					}
					isSo := from == to && to != "KMS with a context" || from == "KMS with a context" && to == "KMS" || source.Encryption.Type == client.TypeSSES3 && to == "SSE-S3"
					if isSo {
						assert.Equal(t, transfer.Skipped, row.Phase)
						require.ErrorContains(t, row.Err, "it is so already")
					} else {
						require.NoError(t, row.Err)
						again := s.do(s.encryptJob(asked, asked))
						assert.Equal(t, to != "KMS with a context", again.Phase == transfer.Skipped, "%v", again.Err)
					}
					require.NotNil(t, row.Receipt)
					assert.Equal(t, transfer.Verified, row.Receipt.Verdict, row.Receipt.Why.String())
					now, content := s.read(sourceAt, keyOf(asked))
					assert.Equal(t, "the content", content)
					assert.Equal(t, client.TypeOf(asked), now.Encryption.Type)
					if key := client.KeyOf(asked); key != "" {
						same, known := client.SameKey(key, now.Encryption.Key)
						assert.True(t, same && known, "%s: %s", key, now.Encryption.Key)
					}
					assert.Equal(t, source.ContentType, now.ContentType)
					assert.Equal(t, source.Metadata, now.Metadata)
					assert.Equal(t, source.System(), now.System())
					tags, err := s.store.Tags(t.Context(), sourceAt, "")
					require.NoError(t, err)
					assert.Equal(t, map[string]string{"project": "a b"}, tags)
				})
			}
		}
	}
}

// Every lie about encryption that the endpoint knows is noticed of what is encrypted in
// its place: by one request and in parts.
func TestEveryLieAboutEncryptingInPlaceIsNoticed(t *testing.T) {
	told, mended := 0, 0
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		s := fromHere(t, mock.As(personality))
		for _, e := range everyEncryption(t) {
			if _, dsse := e.(client.DSSEKMS); personality != "aws" && (dsse || client.KeyOf(e).IsAlias()) || personality == "ceph16" && client.TypeOf(e) == client.TypeSSES3 {
				continue
			}
			for action, lie := range lies {
				for _, f := range lie(client.TypeOf(e)) {
					if !slices.Contains(copyCalls[false], f.Op) {
						continue
					}
					f.Do = action
					require.NoError(t, s.server.SetFaults(mock.Faults{}))
					var before client.Encryption = client.Inherit{}
					if client.TypeOf(e) == client.TypeSSES3 { // which is what nothing is at AWS
						before = client.SSEKMS{Key: keyID}
					}
					was := s.put("the content", before)
					require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{f}}))
					row := s.do(s.encryptJob(nil, e))
					require.NoError(t, s.server.SetFaults(mock.Faults{}))
					what := personality + " " + row.Job.Treatment.Describe().String() + ": " + string(action) + " " + f.Op + f.Method + f.Header
					if row.Err == nil && s.isHonest(row.Job, f, what) {
						mended++
						continue
					}
					assert.Equal(t, client.KindEncryptionNotAsAsked.String(), client.KindOf(row.Err).String(), "%s: %v", what, row.Err)
					told++
					key := keyOf(e)
					if now, err := s.store.Head(t.Context(), sourceAt, client.ReadOptions{Key: key}); err != nil || now.Encryption.Type != client.TypeSSEC {
						key = client.CustomerKey{}
					}
					now, content := s.read(sourceAt, key)
					assert.Equal(t, "the content", content, what)
					assert.Equal(t, was.Metadata, now.Metadata, what)
				}
			}
		}
	}
	t.Logf("%d lies, all noticed; %d more by an answer that nobody asked, or of a copy that was made again", told, mended)
	assert.Greater(t, told, 60)
}
