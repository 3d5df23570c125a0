package transfer_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// editJob changes what stands beside the source's bytes.
func (s *story) editJob(was client.Encryption, e transfer.Edit) transfer.Job {
	at := transfer.ObjectAt("", sourceAt, "")
	at.CustomerKeyMD5 = keyOf(was).MD5()
	if keyOf(was).IsZero() {
		at.CustomerKeyMD5 = ""
	}
	return transfer.Job{
		Op: transfer.Meta, From: at, To: transfer.ObjectAt("", sourceAt, ""), Edit: &e, Overwrite: transfer.OverwriteAlways,
		Treatment: client.Treatment{Type: client.TypeInherit, Because: transfer.AsItsSource},
	}
}

// Whatever the server and the encryption, the bytes, the key, the tags and what was not
// named stay.
func TestAChangeOfMetadataKeepsAllElse(t *testing.T) {
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		for name, was := range waysOf(t, personality) {
			if name == "KMS with a context" && personality == "aws" {
				continue // a context is told by nobody
			}
			t.Run(personality+" "+name, func(t *testing.T) {
				s := begin(t, []mock.Option{mock.As(personality)})
				before := s.put("the content", was)
				row := s.do(s.editJob(was, transfer.Edit{
					ContentType: "text/plain", Set: map[string]string{"project": "q3"}, Unset: []string{"colour"}, Headers: map[string]string{"Content-Language": "zh", "Expires": ""},
				}))
				if personality == "ceph16" && name == "SSE-C" && row.Err != nil {
					assert.Equal(t, client.KindUnsupported.String(), client.KindOf(row.Err).String(), "%v", row.Err)
				} else {
					require.NoError(t, row.Err)
				}
				now, content := s.read(sourceAt, keyOf(was))
				assert.Equal(t, "the content", content)
				assert.Equal(t, before.Encryption, now.Encryption)
				tags, err := s.store.Tags(t.Context(), sourceAt, "")
				require.NoError(t, err)
				assert.Equal(t, map[string]string{"project": "a b"}, tags)
				if row.Err != nil {
					assert.Equal(t, before.Metadata, now.Metadata)
					return
				}
				assert.Equal(t, "text/plain", now.ContentType)
				assert.Equal(t, map[string]string{"project": "q3"}, now.Metadata)
				want := before.System()
				want.ContentLanguage, want.Expires = "zh", ""
				assert.Equal(t, want, now.System())
				if client.TypeOf(was) != client.TypeInherit {
					assert.Equal(t, transfer.Verified, row.Receipt.Verdict, row.Receipt.Why.String())
				}
			})
		}
	}
}

func TestAChangeThatIsNoneIsRefused(t *testing.T) {
	s := begin(t, nil)
	s.put("the content", client.SSES3{})
	for says, e := range map[string]transfer.Edit{
		"nothing is said":           {},
		"is no header that is kept": {Headers: map[string]string{"X-Amz-Acl": "private"}},
		"is no name of metadata":    {Set: map[string]string{"Colour": "red"}},
		`"x-amz-meta-a" is no name`: {Unset: []string{"x-amz-meta-a"}},
	} {
		row := s.do(s.editJob(client.SSES3{}, e))
		require.ErrorContains(t, row.Err, says)
	}
	j := s.editJob(client.SSES3{}, transfer.Edit{ContentType: "a/b"})
	j.To.At.Key = "another"
	require.ErrorContains(t, s.do(j).Err, "a change needs an object")
}

// A lie about the encryption of an object that is changed in place is found out.
func TestALieAboutAChangeIsFoundOut(t *testing.T) {
	for name, f := range map[string]mock.Fault{
		"stored plain": {Do: mock.StorePlain}, "stored plain and claimed": {Do: mock.StorePlain, Echo: true},
		"another key": {Do: mock.OtherKey, KeyID: anotherKey}, "another type": {Do: mock.OtherType, Method: "AES256"},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, nil)
			s.put("the content", client.SSEKMS{Key: keyID})
			f.Op = "CopyObject"
			if f.Do == mock.StorePlain {
				f.Op = ""
			}
			require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{f}}))
			row := s.do(s.editJob(client.SSEKMS{Key: keyID}, transfer.Edit{ContentType: "text/plain"}))
			assert.Equal(t, client.KindEncryptionNotAsAsked.String(), client.KindOf(row.Err).String(), "%v", row.Err)
		})
	}
}
