package seal_test

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
)

func TestAWrappedKeyOpensOnlyAsItWasWrapped(t *testing.T) {
	k, dek, aad := seal.GenerateKey(), []byte("a data key of thirty-two bytes!!"), []byte("context")
	wrapped, err := k.Wrap(dek, aad)
	require.NoError(t, err)
	assert.NotContains(t, string(wrapped), string(dek))
	got, err := k.Unwrap(wrapped, aad)
	require.NoError(t, err)
	assert.Equal(t, dek, got)

	again, err := k.Wrap(dek, aad)
	require.NoError(t, err)
	assert.NotEqual(t, wrapped, again, "the nonce is new every time")

	_, err = k.Unwrap(wrapped, []byte("other context"))
	require.ErrorIs(t, err, seal.ErrCorrupt)
	_, err = seal.GenerateKey().Unwrap(wrapped, aad)
	require.ErrorIs(t, err, seal.ErrCorrupt)
	for i := range wrapped {
		_, err = k.Unwrap(wrapped[:i], aad)
		require.ErrorIs(t, err, seal.ErrCorrupt, "cut at %d", i)
		changed := bytes.Clone(wrapped)
		changed[i] ^= 1
		_, err = k.Unwrap(changed, aad)
		require.ErrorIs(t, err, seal.ErrCorrupt, "changed at %d", i)
	}
}

func TestAKeyHas32Bytes(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33} {
		_, err := seal.NewKey(make([]byte, n))
		require.ErrorIs(t, err, seal.ErrKeyLength)
		c, err := seal.NewCustomerKey(make([]byte, n))
		require.ErrorIs(t, err, seal.ErrKeyLength)
		assert.True(t, c.IsZero())
	}
	k := seal.GenerateKey()
	same, err := seal.NewKey(k.Bytes())
	require.NoError(t, err)
	assert.Equal(t, k.Bytes(), same.Bytes())
}

func TestDerivedKeysDifferByLabel(t *testing.T) {
	k := seal.GenerateKey()
	assert.Equal(t, k.Derive("a").Bytes(), k.Derive("a").Bytes())
	assert.NotEqual(t, k.Derive("a").Bytes(), k.Derive("b").Bytes())
	assert.NotEqual(t, k.Bytes(), k.Derive("").Bytes())
	assert.NotEqual(t, k.Derive("a").Bytes(), seal.GenerateKey().Derive("a").Bytes())
}

func TestATagIsOfOneMessageAndOneKey(t *testing.T) {
	k := seal.GenerateKey()
	tag := k.Tag([]byte("message"))
	require.NoError(t, k.CheckTag([]byte("message"), tag))
	require.ErrorIs(t, k.CheckTag([]byte("massage"), tag), seal.ErrCorrupt)
	require.ErrorIs(t, k.CheckTag([]byte("message"), tag[1:]), seal.ErrCorrupt)
	require.ErrorIs(t, k.CheckTag([]byte("message"), nil), seal.ErrCorrupt)
	require.ErrorIs(t, seal.GenerateKey().CheckTag([]byte("message"), tag), seal.ErrCorrupt)
}

func TestKeysPrintAsRedacted(t *testing.T) {
	raw := []byte("0123456789abcdef0123456789ABCDEF")
	k, err := seal.NewKey(raw)
	require.NoError(t, err)
	c, err := seal.NewCustomerKey(raw)
	require.NoError(t, err)
	type owner struct {
		Key, hidden *seal.Key
		Value       seal.Key
		Customer    seal.CustomerKey
		shy         seal.CustomerKey
		bare        seal.Key
	}
	secrets := []any{k, *k, c, &c, owner{k, k, *k, c, c, *k}, &owner{k, k, *k, c, c, *k}, []seal.CustomerKey{c}}
	for _, traces := range []string{string(raw), fmt.Sprint(raw), fmt.Sprintf("%x", raw), base64.StdEncoding.EncodeToString(raw), "48 49 50 51", "0x30, 0x31"} {
		require.NotEmpty(t, traces)
		for _, secret := range secrets {
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret)
			slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret)
			text, err := json.Marshal(secret)
			require.NoError(t, err)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				log.WriteString(fmt.Sprintf(verb, secret))
			}
			assert.NotContains(t, log.String()+string(text), traces)
		}
	}
	assert.Equal(t, "redacted redacted", k.String()+" "+c.String())
	assert.Contains(t, fmt.Sprintf("%+v", owner{Key: k}), "redacted")
}

func TestACustomerKeyIsKnownByItsProof(t *testing.T) {
	raw := bytes.Repeat([]byte{7}, seal.KeyLen)
	c, err := seal.NewCustomerKey(raw)
	require.NoError(t, err)
	other, err := seal.NewCustomerKey(bytes.Repeat([]byte{8}, seal.KeyLen))
	require.NoError(t, err)
	sum := md5.Sum(raw)
	assert.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), c.MD5())
	assert.Empty(t, seal.CustomerKey{}.MD5())

	proof, under := c.Prove()
	wrapped, err := under.Wrap([]byte("dek"), nil)
	require.NoError(t, err)
	back, err := proof.Wrapper(c)
	require.NoError(t, err)
	dek, err := back.Unwrap(wrapped, nil)
	require.NoError(t, err)
	assert.Equal(t, "dek", string(dek))

	_, err = proof.Wrapper(other)
	require.ErrorIs(t, err, seal.ErrWrongCustomerKey)
	_, err = proof.Wrapper(seal.CustomerKey{})
	require.ErrorIs(t, err, seal.ErrWrongCustomerKey)
	_, err = seal.CustomerProof{Check: proof.Check}.Wrapper(c)
	require.ErrorIs(t, err, seal.ErrCorrupt)
	again, _ := c.Prove()
	assert.NotEqual(t, proof, again, "the salt is new every time")
}

func TestTheRootKeyIsMadeOnceAndKeptPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	made, err := seal.OpenRootKey(path)
	require.NoError(t, err)
	again, err := seal.OpenRootKey(path)
	require.NoError(t, err)
	assert.Equal(t, made.Bytes(), again.Bytes())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file is left")
	if runtime.GOOS != "windows" {
		st, err := os.Stat(path)
		require.NoError(t, err)
		assert.EqualValues(t, 0o600, st.Mode().Perm())
		require.NoError(t, os.Chmod(path, 0o640))
		_, err = seal.OpenRootKey(path)
		require.ErrorContains(t, err, "others may read it")
	}
}

func TestAFileThatIsNoRootKeyStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	for _, text := range []string{"", "notes", "bucketseal-root-key-1 ", "bucketseal-root-key-1 !!", "bucketseal-root-key-1 AAAA"} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := seal.OpenRootKey(path)
		require.ErrorContains(t, err, "not a root key file", text)
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, text, string(kept))
	}
	_, err := seal.OpenRootKey(filepath.Join(t.TempDir(), "no", "folder"))
	require.ErrorContains(t, err, "make root key")
	_, err = seal.OpenRootKey(t.TempDir())
	require.Error(t, err, "a folder is no key")
}

// stubborn is a wrapper that answers what it was told to.
type stubborn struct {
	answer []byte
	err    error
}

func (s stubborn) Wrap(_, _ []byte) ([]byte, error)   { return s.answer, s.err }
func (s stubborn) Unwrap(_, _ []byte) ([]byte, error) { return s.answer, s.err }

func TestAnEnvelopeHoldsOneKeyPerLayer(t *testing.T) {
	keys := []*seal.Key{seal.GenerateKey(), seal.GenerateKey()}
	under := []seal.KeyWrapper{seal.GenerateKey(), seal.GenerateKey()}
	envelope, err := seal.Wrap(keys, under, []byte("aad"))
	require.NoError(t, err)
	got, err := seal.Unwrap(envelope, under, []byte("aad"))
	require.NoError(t, err)
	require.Len(t, got, 2)
	for i := range got {
		assert.Equal(t, keys[i].Bytes(), got[i].Bytes())
	}
	_, err = seal.Unwrap(envelope, under, []byte("other"))
	require.ErrorIs(t, err, seal.ErrCorrupt)
	_, err = seal.Unwrap(envelope, under[:1], []byte("aad"))
	require.ErrorIs(t, err, seal.ErrCorrupt)
	_, err = seal.Unwrap(envelope, []seal.KeyWrapper{under[1], under[0]}, []byte("aad"))
	require.ErrorIs(t, err, seal.ErrCorrupt)
	for i := range envelope {
		_, err = seal.Unwrap(envelope[:i], under, []byte("aad"))
		require.ErrorIs(t, err, seal.ErrCorrupt, "cut at %d", i)
		changed := bytes.Clone(envelope)
		changed[i] ^= 1
		_, err = seal.Unwrap(changed, under, []byte("aad"))
		require.ErrorIs(t, err, seal.ErrCorrupt, "changed at %d", i)
	}
	_, err = seal.Unwrap(append(envelope, 0), under, []byte("aad"))
	require.ErrorIs(t, err, seal.ErrCorrupt)
}

func TestAWrapperThatFailsIsHeard(t *testing.T) {
	keys := []*seal.Key{seal.GenerateKey()}
	errDisabled := errors.New("disabled")
	_, err := seal.Wrap(keys, []seal.KeyWrapper{stubborn{err: errDisabled}}, nil)
	require.ErrorIs(t, err, errDisabled)
	for _, n := range []int{0, 0x10000} {
		_, err = seal.Wrap(keys, []seal.KeyWrapper{stubborn{answer: make([]byte, n)}}, nil)
		require.ErrorContains(t, err, "wrapper returned")
	}
	for _, n := range []int{0, 2, 3} {
		_, err = seal.Wrap(make([]*seal.Key, n), make([]seal.KeyWrapper, 1), nil)
		require.ErrorContains(t, err, "wrappers")
	}
	envelope, err := seal.Wrap(keys, []seal.KeyWrapper{seal.GenerateKey()}, nil)
	require.NoError(t, err)
	_, err = seal.Unwrap(envelope, []seal.KeyWrapper{stubborn{err: errDisabled}}, nil)
	require.ErrorIs(t, err, errDisabled)
	_, err = seal.Unwrap(envelope, []seal.KeyWrapper{stubborn{answer: []byte("short")}}, nil)
	require.ErrorIs(t, err, seal.ErrCorrupt)
}

func TestAdditionalDataIsCanonical(t *testing.T) {
	m := map[string]string{"b": "<&>", "a": "1", "c": "ü"}
	assert.Equal(t, `{"a":"1","b":"<&>","c":"ü"}`, string(seal.AAD(m)))
	for range 20 {
		assert.Equal(t, seal.AAD(m), seal.AAD(m))
	}
	assert.Panics(t, func() { seal.AAD(make(chan int)) })
	assert.False(t, strings.HasSuffix(string(seal.AAD("x")), "\n"))
}
