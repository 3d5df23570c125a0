package client

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatMustNotReachAServerIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		e   Encryption
		why string
	}{
		"nobody decided":        {nil, "nobody has decided"},
		"SSE-C without a key":   {SSEC{}, "needs a key"},
		"a key id with a break": {SSEKMS{Key: "ab\n12"}, "cannot be sent"},
		"a key id in Chinese":   {DSSEKMS{Key: "金鑰"}, "cannot be sent"},
		"a key id with a blank": {SSEKMS{Key: "ab12 "}, "blank"},
		"a nameless context":    {SSEKMS{Context: map[string]string{"": "x"}}, "without a name"},
		"an aws: context":       {DSSEKMS{Context: map[string]string{"aws:s3:arn": "x"}}, "belong to AWS"},
		"a broken context":      {SSEKMS{Context: map[string]string{"a": "\xff"}}, "UTF-8"},
	} {
		assert.ErrorContains(t, CheckEncryption(c.e), c.why, name)
	}
	require.ErrorIs(t, CheckEncryption(nil), ErrUndecided)
	require.ErrorIs(t, CheckEncryption(PutOptions{}.Encryption), ErrUndecided, "the zero PutOptions is refused")
	for _, e := range []Encryption{Inherit{}, SSES3{}, SSEKMS{}, SSEKMS{Key: "ab12"}, DSSEKMS{Key: arn}} {
		assert.NoError(t, CheckEncryption(e))
	}
}

func TestAnEncryptionSaysItsTypeKeyAndNeedOfTLS(t *testing.T) {
	key, err := NewCustomerKey([]byte("0123456789abcdefghijklmnopqrstuv"))
	require.NoError(t, err)
	for _, c := range []struct {
		e    Encryption
		kind EncryptionType
		key  KeyID
		tls  bool
		text string
	}{
		{nil, TypeUndecided, "", false, "undecided"},
		{Inherit{}, TypeInherit, "", false, "bucket default"},
		{SSES3{}, TypeSSES3, "", false, "SSE-S3"},
		{SSEKMS{}, TypeSSEKMS, "", true, "SSE-KMS, AWS managed key"},
		{SSEKMS{"ab12", true, map[string]string{"b": "2", "a": "1"}}, TypeSSEKMS, "ab12", true, "SSE-KMS, key ab12, bucket key, context a=1 b=2"},
		{DSSEKMS{Key: "ab12"}, TypeDSSEKMS, "ab12", true, "DSSE-KMS, key ab12"},
		{SSEC{key}, TypeSSEC, "", true, "SSE-C, key MD5 qkvGcbTBx6OOKYAPUO9jRg=="},
	} {
		assert.Equal(t, c.kind, TypeOf(c.e))
		assert.Equal(t, c.key, KeyOf(c.e))
		assert.Equal(t, c.tls, NeedsTLS(c.e))
		assert.Equal(t, c.text, TreatmentOf(c.e).Describe().String())
	}
}

func TestAnEncryptionContextTravelsAsBase64JSON(t *testing.T) {
	raw, err := base64.StdEncoding.DecodeString(EncodeContext(map[string]string{"project": "甲", "a": "1"}))
	require.NoError(t, err)
	assert.JSONEq(t, `{"project":"甲","a":"1"}`, string(raw))
	assert.Equal(t, "", EncodeContext(nil))
}

func TestAReportThatWasNotGivenIsNotUnencrypted(t *testing.T) {
	assert.Equal(t, "not told by the server", Reported{}.Describe().String())
	for _, c := range []struct {
		r    Reported
		kind EncryptionType
		text string
	}{
		{ReportedFrom("", "", false, "", ""), TypeNone, "none reported"},
		{ReportedFrom("AES256", "", false, "", ""), TypeSSES3, "SSE-S3"},
		{ReportedFrom("aws:kms", "ab12", true, "", ""), TypeSSEKMS, "SSE-KMS, key ab12, bucket key"},
		{ReportedFrom("aws:kms", "", false, "", ""), TypeSSEKMS, "SSE-KMS, key not reported"},
		{ReportedFrom("aws:kms:dsse", "ab12", false, "", ""), TypeDSSEKMS, "DSSE-KMS, key ab12"},
		{ReportedFrom("", "", false, "AES256", "md5=="), TypeSSEC, "SSE-C, key MD5 md5=="},
		{ReportedFrom("aws:fsx", "", false, "", ""), "aws:fsx", "aws:fsx"},
	} {
		assert.True(t, c.r.Told)
		assert.Equal(t, c.kind, c.r.Type)
		assert.Equal(t, c.text, c.r.Describe().String())
	}
}

func TestAFullChecksumIsTheServersOrOurOwn(t *testing.T) {
	own := map[string]string{MetaChecksum: "b3du"}
	stored := Checksum{Algorithm: CRC64NVME, Value: "c3RvcmVk"}
	sum, ok := Object{Checksums: []Checksum{{Algorithm: "SHA256", Value: "x"}, stored}, Metadata: own}.FullChecksum()
	assert.True(t, ok)
	assert.Equal(t, stored, sum)
	sum, ok = Object{Checksums: []Checksum{{Algorithm: CRC64NVME, Value: "x", Composite: true}}, Metadata: own}.FullChecksum()
	assert.True(t, ok)
	assert.Equal(t, "b3du", sum.Value)
	_, ok = Object{}.FullChecksum()
	assert.False(t, ok)
}
