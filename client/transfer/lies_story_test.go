package transfer_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

const anotherKey = "99999999-2222-3333-4444-555555555555"

// lies are the faults by which the answers of a server lie about an encryption that
// was asked for, by what they do. An answer that may keep quiet about it and does is
// no lie, see honestSilence.
var lies = map[mock.Action]func(asked client.EncryptionType) []mock.Fault{
	mock.DropSSEHeaders: func(asked client.EncryptionType) []mock.Fault {
		all := at([]string{"", "PutObject", "HeadObject"}, mock.Fault{})
		if namesKey(asked) {
			all = append(all, at([]string{"", "HeadObject"}, mock.Fault{Header: "x-amz-server-side-encryption-aws-kms-key-id"})...)
			all = append(all, at([]string{"", "HeadObject"}, mock.Fault{Header: "x-amz-server-side-encryption"})...)
		}
		return all
	},
	mock.OtherKey: func(asked client.EncryptionType) []mock.Fault {
		if !namesKey(asked) {
			return nil // an answer without a key names no other one
		}
		return at(writesAndHead, mock.Fault{KeyID: anotherKey})
	},
	mock.OtherType: func(asked client.EncryptionType) (all []mock.Fault) {
		if methods[asked] == "" {
			return nil // an answer that names no type names no other one
		}
		for of, method := range methods {
			if of != asked {
				all = append(all, at(writesAndHead, mock.Fault{Method: method})...)
			}
		}
		return all
	},
	mock.StorePlain: func(client.EncryptionType) []mock.Fault {
		return []mock.Fault{{}, {Echo: true}}
	},
}

// methods are what answers call the types that they name.
var methods = map[client.EncryptionType]string{client.TypeSSES3: "AES256", client.TypeSSEKMS: "aws:kms", client.TypeDSSEKMS: "aws:kms:dsse"}

// namesKey says whether answers name a key of KMS.
func namesKey(asked client.EncryptionType) bool {
	return asked == client.TypeSSEKMS || asked == client.TypeDSSEKMS
}

// noLies are the faults that say nothing about encryption.
var noLies = []mock.Action{
	mock.AnswerStatus, mock.ErrorIn200, mock.Cut, mock.Reset, mock.FlipBit, mock.Stall, mock.Delay, mock.WrongLength,
	mock.WrongRange, mock.OtherRange, mock.IgnoreRange, mock.WrongChecksum, mock.StaleListing,
}

// writesAndHead are the calls whose answers say how an object is encrypted; "" is all
// of them.
var writesAndHead = []string{"", "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "HeadObject"}

// at is a fault of each of these calls.
func at(ops []string, f mock.Fault) (all []mock.Fault) {
	for _, f.Op = range ops {
		all = append(all, f)
	}
	return all
}

// oneAndParts are the sizes of a file of one request and of one in parts, and the
// calls that only the other one makes.
var oneAndParts = []struct {
	size int
	not  []string
}{
	{1024, []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}},
	{6 << 20, []string{"PutObject"}},
}

func everyEncryption(t *testing.T) []client.Encryption {
	customer, err := client.NewCustomerKey(bytes.Repeat([]byte{7}, client.CustomerKeyBytes))
	require.NoError(t, err)
	return []client.Encryption{client.SSES3{}, client.SSEKMS{Key: keyID}, client.SSEKMS{Key: "alias/demo"}, client.SSEC{Key: customer}, client.DSSEKMS{Key: keyID}}
}

// isNoticed asserts that a lie failed the upload, with a verdict in its receipt where
// something was stored.
func (s *story) isNoticed(row transfer.Row, lie string) {
	s.Helper()
	assert.Equal(s, transfer.Failed, row.Phase, lie)
	assert.Equal(s, client.KindEncryptionNotAsAsked, client.KindOf(row.Err), "%s: %v", lie, row.Err)
	_, err := s.store.Head(s.Context(), row.Job.To.At, client.ReadOptions{})
	if client.KindOf(err) == client.KindNotFound {
		return
	}
	if assert.NotNil(s, row.Receipt, lie) {
		assert.Contains(s, []transfer.Verdict{transfer.NotEncrypted, transfer.OtherKey, transfer.KeyNotReported}, row.Receipt.Verdict, lie)
	}
}

func TestEveryLieAboutEncryptionThatTheEndpointKnowsIsNoticed(t *testing.T) {
	s, told := begin(t, nil), 0
	for _, action := range mock.Actions() {
		lie, lying := lies[action]
		require.NotEqual(t, lying, slices.Contains(noLies, action), "%s: say here whether it is a lie about encryption", action)
		if !lying {
			continue
		}
		before := told
		for _, e := range everyEncryption(t) {
			for _, c := range oneAndParts {
				up, _ := s.upload(c.size, e)
				for _, f := range lie(client.TypeOf(e)) {
					if slices.Contains(c.not, f.Op) {
						continue
					}
					f.Do = action
					_, err := s.store.Delete(t.Context(), []client.Location{up.To.At})
					require.NoError(t, err)
					require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{f}}))
					s.isNoticed(s.do(up), up.Treatment.Describe().String()+": "+string(action)+" "+f.Op+f.Method+f.Header)
					told++
				}
			}
		}
		assert.Greater(t, told, before, "%s was tried", action)
	}
	t.Logf("%d lies, all noticed", told)
}

func TestServersThatDoNotEncryptAreNoticed(t *testing.T) {
	told := 0
	for personality, asked := range map[string][]client.Encryption{
		"plain":  everyEncryption(t),
		"ceph16": {client.SSES3{}},
	} {
		s := begin(t, []mock.Option{mock.As(personality)})
		for _, e := range asked {
			for _, c := range oneAndParts {
				up, _ := s.upload(c.size, e)
				s.isNoticed(s.do(up), personality+": "+up.Treatment.Describe().String())
				told++
			}
		}
	}
	t.Logf("%d times, all noticed", told)
}

// honestSilence are answers that may keep quiet: those of MinIO to a beginning and a
// completion, of Ceph to a completion.
var honestSilence = at([]string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}, mock.Fault{Do: mock.DropSSEHeaders})

func TestNoHonestAnswerIsTakenForALie(t *testing.T) {
	customer := everyEncryption(t)[3]
	told := 0
	for personality, asked := range map[string][]client.Encryption{
		"aws": {
			client.SSES3{},
			customer,
			client.SSEKMS{Key: keyID},
			client.SSEKMS{Key: "alias/demo"},
			client.SSEKMS{Key: "arn:aws:kms:us-east-1:000000000000:key/" + keyID},
			client.SSEKMS{Key: "arn:aws:kms:us-east-1:000000000000:alias/demo"},
			client.SSEKMS{Key: keyID, BucketKey: true},
			client.DSSEKMS{Key: keyID},
		},
		"ceph16": {customer, client.SSEKMS{Key: keyID}},
		"minio":  {client.SSES3{}, customer, client.SSEKMS{Key: keyID}, client.SSEKMS{Key: "arn:aws:kms:" + keyID}},
	} {
		s := begin(t, []mock.Option{mock.As(personality)})
		for _, e := range asked {
			for _, c := range oneAndParts {
				for _, f := range append([]mock.Fault{{}}, honestSilence...) {
					faults := mock.Faults{}
					if f.Do != "" {
						if slices.Contains(c.not, f.Op) {
							continue
						}
						faults.Faults = []mock.Fault{f}
					}
					require.NoError(t, s.server.SetFaults(faults))
					up, _ := s.upload(c.size, e)
					row := s.do(up)
					what := personality + ": " + up.Treatment.Describe().String() + " " + f.Op
					require.NoError(t, row.Err, what)
					assert.Equal(t, transfer.Verified, row.Receipt.Verdict, "%s: %s", what, row.Receipt.Why.String())
					told++
				}
			}
		}
	}
	t.Logf("%d honest uploads, all verified", told)
}
