package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

type fields = map[string]any

// editRecord changes one JSON row in a closed store.
func editRecord(t testing.TB, dir string, row func(tx *bolt.Tx) (*bolt.Bucket, []byte), change func(fields)) {
	t.Helper()
	edit(t, dir, func(tx *bolt.Tx) error {
		b, key := row(tx)
		rec := fields{}
		require.NoError(t, json.Unmarshal(b.Get(key), &rec))
		change(rec)
		value, err := json.Marshal(rec)
		require.NoError(t, err)
		return b.Put(key, value)
	})
}

func objectRow(key string) func(tx *bolt.Tx) (*bolt.Bucket, []byte) {
	return func(tx *bolt.Tx) (*bolt.Bucket, []byte) {
		return tx.Bucket([]byte("content")).Bucket([]byte("b")).Bucket([]byte("current")), []byte(key)
	}
}

func sub(rec fields, name string) fields { return rec[name].(map[string]any) }

func TestAChangedRecordOpensNothing(t *testing.T) {
	changes := map[string]func(fields){
		"size":            func(r fields) { r["size"] = 65536 },
		"version":         func(r fields) { r["versionId"] = "other" },
		"identity":        func(r fields) { r["id"] = "00000000000000000000000000000000" },
		"tag":             func(r fields) { sub(r, "sealed")["tag"] = "AAAA" },
		"no tag":          func(r fields) { delete(sub(r, "sealed"), "tag") },
		"no keys":         func(r fields) { delete(r, "sealed") },
		"no envelope":     func(r fields) { delete(sub(r, "sealed"), "envelope") },
		"another mode":    func(r fields) { sub(r, "encryption")["mode"] = "ROT13" },
		"claims a upload": func(r fields) { sub(r, "sealed")["upload"] = "x" },
	}
	onlyKMS := map[string]func(fields){
		"another key": func(r fields) { sub(r, "encryption")["keyId"] = otherARN },
		"context":     func(r fields) { sub(r, "encryption")["context"] = fields{"team": "red"} },
	}
	onlySSEC := map[string]func(fields){
		"no proof":    func(r fields) { delete(sub(r, "sealed"), "customer") },
		"short salt":  func(r fields) { sub(sub(r, "sealed"), "customer")["salt"] = "AAAA" },
		"empty proof": func(r fields) { sub(r, "sealed")["customer"] = fields{} },
	}
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		cases := []map[string]func(fields){changes}
		if how.KeyID != "" {
			cases = append(cases, onlyKMS)
		}
		if how.Mode == store.SSEC {
			cases = append(cases, onlySSEC)
		}
		kms := newKeyring()
		for _, set := range cases {
			for what, change := range set {
				t.Run(name+" "+what, func(t *testing.T) {
					s := openWith(t, kms)
					putObject(t, s, "k", noise(2*65536, 1), how)
					require.NoError(t, s.Close())
					editRecord(t, s.Dir(), objectRow("k"), change)
					s = reopen(t, s.Dir(), store.Options{KMS: kms.wrapper})
					given := how
					if what == "another mode" {
						given = store.Sealing{} // it no longer says that it wants the customer's key
					}
					_, err := load(t, s, "k", given)
					assert.ErrorIs(t, err, store.ErrCorrupt)
				})
			}
		}
	}
}

func openWith(t testing.TB, kms *keyring) *store.Store {
	t.Helper()
	return openStore(t, store.Options{KMS: kms.wrapper, MinPartSize: -1})
}

func TestARecordDoesNotWorkUnderAnotherName(t *testing.T) {
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		t.Run(name, func(t *testing.T) {
			kms := newKeyring()
			s := openWith(t, kms)
			putObject(t, s, "k", nil, how)
			require.NoError(t, s.Close())
			edit(t, s.Dir(), func(tx *bolt.Tx) error {
				b, key := objectRow("k")(tx)
				return b.Put([]byte("copy"), append([]byte(nil), b.Get(key)...))
			})
			s = reopen(t, s.Dir(), store.Options{KMS: kms.wrapper})
			_, err := load(t, s, "k", how)
			require.NoError(t, err)
			_, err = load(t, s, "copy", how)
			assert.ErrorIs(t, err, store.ErrCorrupt, "even an empty object is bound to its name")
		})
	}
}

// TestTheListOfPartsIsBound covers SSE-C without the key at the completion, where
// the data keys cannot be bound to the finished object.
func TestTheListOfPartsIsBound(t *testing.T) {
	changes := map[string]func(parts []fields) []fields{
		"dropped":   func(parts []fields) []fields { return parts[:2] },
		"reordered": func(parts []fields) []fields { return []fields{parts[1], parts[0], parts[2]} },
		"repeated":  func(parts []fields) []fields { return []fields{parts[0], parts[0], parts[2]} },
		"none":      func([]fields) []fields { return nil },
	}
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		for what, change := range changes {
			t.Run(name+" "+what, func(t *testing.T) {
				kms := newKeyring()
				s := openWith(t, kms)
				putInParts(t, s, "k", how, noise(200, 1), 100, 100, 0)
				require.NoError(t, s.Close())
				edit(t, s.Dir(), func(tx *bolt.Tx) error {
					b := tx.Bucket([]byte("objectparts"))
					id, value := b.Cursor().First()
					var parts []fields
					require.NoError(t, json.Unmarshal(value, &parts))
					require.Len(t, parts, 3)
					value, err := json.Marshal(change(parts))
					require.NoError(t, err)
					return b.Put(append([]byte(nil), id...), value)
				})
				s = reopen(t, s.Dir(), store.Options{KMS: kms.wrapper})
				_, err := load(t, s, "k", how)
				assert.ErrorIs(t, err, store.ErrCorrupt)
			})
		}
	}
}

func TestAMissingListOfPartsIsDamage(t *testing.T) {
	kms := newKeyring()
	s := openWith(t, kms)
	putInParts(t, s, "k", store.Sealing{}, noise(20, 1), 10, 10)
	require.NoError(t, s.Close())
	edit(t, s.Dir(), func(tx *bolt.Tx) error {
		id, _ := tx.Bucket([]byte("objectparts")).Cursor().First()
		return tx.Bucket([]byte("objectparts")).Delete(append([]byte(nil), id...))
	})
	s = reopen(t, s.Dir(), store.Options{KMS: kms.wrapper})
	_, err := load(t, s, "k", store.Sealing{})
	assert.ErrorIs(t, err, store.ErrCorrupt)
}

func TestAPartIsBoundToItsNumberAndSizeBeforeTheCompletion(t *testing.T) {
	changes := map[string]func(fields){
		"number": func(r fields) { r["number"] = 2 },
		"size":   func(r fields) { r["size"] = 0 },
	}
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		for what, change := range changes {
			t.Run(name+" "+what, func(t *testing.T) {
				kms := newKeyring()
				s := openWith(t, kms)
				up := createUpload(t, s, "k", how)
				one := putPart(t, s, up, 1, noise(1000, 1), how.Customer)
				require.NoError(t, s.Close())
				editRecord(t, s.Dir(), func(tx *bolt.Tx) (*bolt.Bucket, []byte) {
					b := tx.Bucket([]byte("uploadparts"))
					key, _ := b.Cursor().First()
					return b, append([]byte(nil), key...)
				}, change)
				if what == "number" {
					one.Number = 2
				} else {
					require.NoError(t, os.Truncate(bodies(t, s)[0], 0))
				}
				s = reopen(t, s.Dir(), store.Options{KMS: kms.wrapper, MinPartSize: -1})
				_, err := complete(t, s, up, one)
				if how.Mode == store.SSEC {
					require.NoError(t, err, "without the key a completion can only count")
					_, err = load(t, s, "k", how)
				}
				assert.ErrorIs(t, err, store.ErrCorrupt)
			})
		}
	}
}

func TestADamagedUploadTakesNoParts(t *testing.T) {
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		t.Run(name, func(t *testing.T) {
			kms := newKeyring()
			s := openWith(t, kms)
			up := createUpload(t, s, "k", how)
			one := putPart(t, s, up, 1, []byte("x"), how.Customer)
			require.NoError(t, s.Close())
			row := func(tx *bolt.Tx) (*bolt.Bucket, []byte) {
				return tx.Bucket([]byte("content")).Bucket([]byte("b")).Bucket([]byte("uploads")), []byte("k\x00" + up.ID)
			}
			editRecord(t, s.Dir(), row, func(r fields) { delete(r, "sealed") })
			s = reopen(t, s.Dir(), store.Options{KMS: kms.wrapper, MinPartSize: -1})
			_, err := s.PutPart(t.Context(), store.PartRequest{Bucket: "b", Key: "k", UploadID: up.ID, Number: 2, Body: &countingReader{}, Customer: how.Customer})
			require.ErrorIs(t, err, store.ErrCorrupt)
			_, err = complete(t, s, up, one)
			require.ErrorIs(t, err, store.ErrCorrupt)
			_, err = s.Stat(t.Context(), "b", "k", "")
			assert.ErrorIs(t, err, store.ErrNoSuchKey)
		})
	}
}

func TestABucketKeyIsBoundToItsBucket(t *testing.T) {
	kms := newKeyring()
	s := openWith(t, kms)
	how := modes(t)["bucket key"]
	putObject(t, s, "k", []byte("x"), how)
	_, err := s.CreateBucket(t.Context(), "c", "")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	edit(t, s.Dir(), func(tx *bolt.Tx) error {
		from := tx.Bucket([]byte("content")).Bucket([]byte("b")).Bucket([]byte("keys"))
		to := tx.Bucket([]byte("content")).Bucket([]byte("c")).Bucket([]byte("keys"))
		return to.Put([]byte(keyARN), append([]byte(nil), from.Get([]byte(keyARN))...))
	})
	s = reopen(t, s.Dir(), store.Options{KMS: kms.wrapper})
	_, err = s.Put(t.Context(), store.PutRequest{Bucket: "c", Key: "k", Body: &countingReader{}, Sealing: how})
	assert.ErrorIs(t, err, store.ErrCorrupt)
	got, err := load(t, s, "k", how)
	require.NoError(t, err)
	assert.Equal(t, "x", string(got))
}

// closing is a KMS key that was disabled while a body was on its way.
type closing struct{ seal.KeyWrapper }

func (closing) Wrap(_, _ []byte) ([]byte, error) { return nil, errKeyDisabled }

func TestAKeyThatGoesAwayDuringTheBodyLeavesNothing(t *testing.T) {
	s := openStore(t, store.Options{KMS: func(context.Context, string) (seal.KeyWrapper, error) {
		return closing{seal.GenerateKey()}, nil
	}})
	for name, how := range modes(t) {
		if how.KeyID == "" {
			continue
		}
		_, err := s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "k", Body: &countingReader{}, Sealing: how})
		require.ErrorIs(t, err, errKeyDisabled, name)
		_, err = s.CreateUpload(t.Context(), store.UploadRequest{Bucket: "b", Key: "k", Sealing: how})
		require.ErrorIs(t, err, errKeyDisabled, name)
	}
	assert.Empty(t, bodies(t, s))
}

func TestABodyAndItsSizeCutTogetherDoNotOpen(t *testing.T) {
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		layers := 1
		if how.Mode == store.DSSEKMS {
			layers = 2
		}
		for _, size := range []int64{0, 65536} {
			t.Run(fmt.Sprint(name, " ", size), func(t *testing.T) {
				kms := newKeyring()
				s := openWith(t, kms)
				putObject(t, s, "k", noise(2*65536, 1), how)
				require.NoError(t, s.Close())
				editRecord(t, s.Dir(), objectRow("k"), func(r fields) { r["size"] = size })
				length, err := seal.SealedSize(size, layers)
				require.NoError(t, err)
				require.NoError(t, os.Truncate(bodies(t, s)[0], length))
				s = reopen(t, s.Dir(), store.Options{KMS: kms.wrapper})
				_, err = load(t, s, "k", how)
				assert.ErrorIs(t, err, store.ErrCorrupt)
			})
		}
	}
}
