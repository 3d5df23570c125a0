package storetest

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// beside is everything that a writer may say beside the bytes.
var beside = client.PutOptions{
	Encryption: client.Inherit{}, ContentType: "text/csv", Metadata: map[string]string{"colour": "blue"}, Tags: map[string]string{"project": "a b+c=d/"},
	System: client.System{
		CacheControl: "max-age=60", ContentDisposition: `attachment; filename="a.csv"`, ContentEncoding: "identity", ContentLanguage: "zh-TW",
		Expires: "Wed, 21 Oct 2037 07:28:00 GMT",
	},
}

var copies = []testCase{
	{"ACopyHasTheBytesAndWhatIsStoredBesideThem", func(t *testing.T, f Fixture) {
		was := f.put(t, "from/a 中+文?.csv", "content", beside)
		made := f.copy(t, client.Source{At: f.at("from/a 中+文?.csv"), ETag: was.ETag}, "to/a.csv", client.CopyOptions{PutOptions: plain})
		assert.Equal(t, f.at("to/a.csv"), made.At)
		assert.NotEmpty(t, made.ETag)
		assert.NotEmpty(t, made.RequestID)
		got, content := f.get(t, "to/a.csv", client.ReadOptions{})
		assert.Equal(t, "content", content)
		assert.Equal(t, made.ETag, got.ETag)
		kept := beside
		if f.CopyForgets {
			kept.System.Expires = ""
		}
		f.isBeside(t, "to/a.csv", kept)
		_, content = f.get(t, "from/a 中+文?.csv", client.ReadOptions{})
		assert.Equal(t, "content", content, "the source stays")
	}},
	{"WhatIsPutBesideTheBytesIsKept", func(t *testing.T, f Fixture) {
		f.put(t, "a", "content", beside)
		f.isBeside(t, "a", beside)
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("in parts"), beside)
		require.NoError(t, err)
		_, err = f.Store.CompleteUpload(t.Context(), u, []client.Part{f.send(t, u, 1, "content")}, client.Checksum{})
		require.NoError(t, err)
		f.isBeside(t, "in parts", f.untagged(beside))
	}},
	{"ACopyMayReplaceWhatIsStoredBesideTheBytes", func(t *testing.T, f Fixture) {
		f.put(t, "a", "content", beside)
		other := client.PutOptions{
			Encryption: client.Inherit{}, ContentType: "text/plain", Metadata: map[string]string{"shape": "round"}, Tags: map[string]string{"other": "1"},
			System: client.System{CacheControl: "no-store"},
		}
		f.copy(t, client.Source{At: f.at("a")}, "b", client.CopyOptions{PutOptions: other, Replace: true, ReplaceTags: true})
		f.isBeside(t, "b", f.untagged(other))
		f.copy(t, client.Source{At: f.at("a")}, "a", client.CopyOptions{PutOptions: other, Replace: true, ReplaceTags: true})
		f.isBeside(t, "a", f.untagged(other))
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "content", content, "in place too")
	}},
	{"NothingIsCopiedOnceTheSourceIsAnother", func(t *testing.T, f Fixture) {
		was := f.put(t, "a", "first", plain)
		f.put(t, "a", "second", plain)
		from := client.Source{At: f.at("a"), ETag: was.ETag}
		_, err := f.copier(t).Copy(t.Context(), from, f.at("b"), client.CopyOptions{PutOptions: plain})
		fails(t, client.KindPrecondition, f.at("a"), err)
		f.absent(t, "b")
		if !f.CopyPartSource {
			return
		}
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("b"), plain)
		require.NoError(t, err)
		t.Cleanup(func() { f.drop(t, u) })
		_, err = f.copier(t).CopyPart(t.Context(), u, 1, from, 0, 5)
		fails(t, client.KindPrecondition, f.at("a"), err)
		parts, err := f.Store.Parts(t.Context(), u)
		require.NoError(t, err)
		assert.Empty(t, parts)
	}},
	{"ACopyMayLeaveWhatIsThere", func(t *testing.T, f Fixture) {
		if !f.CopyTarget {
			t.Skip("nobody looks at the target here")
		}
		f.put(t, "a", "first", plain)
		there := f.put(t, "b", "second", plain)
		once := plain
		once.OnlyIfAbsent = true
		_, err := f.copier(t).Copy(t.Context(), client.Source{At: f.at("a")}, f.at("b"), client.CopyOptions{PutOptions: once})
		fails(t, client.KindPrecondition, f.at("b"), err)
		_, content := f.get(t, "b", client.ReadOptions{})
		assert.Equal(t, "second", content)
		that := plain
		that.IfMatch = there.ETag
		f.copy(t, client.Source{At: f.at("a")}, "b", client.CopyOptions{PutOptions: that})
		_, content = f.get(t, "b", client.ReadOptions{})
		assert.Equal(t, "first", content)
	}},
	{"WhatIsNotThereIsNotCopied", func(t *testing.T, f Fixture) {
		_, err := f.copier(t).Copy(t.Context(), client.Source{At: f.at("nothing")}, f.at("b"), client.CopyOptions{PutOptions: plain})
		fails(t, client.KindNotFound, f.at("nothing"), err)
		_, err = f.copier(t).Copy(t.Context(), client.Source{At: f.at("nothing")}, f.at("b"), client.CopyOptions{})
		fails(t, client.KindRefused, f.at("b"), err)
		_, err = f.copier(t).Copy(t.Context(), client.Source{At: client.Location{Bucket: f.Bucket}}, f.at("b"), client.CopyOptions{PutOptions: plain})
		fails(t, client.KindInvalid, f.at("b"), err)
		f.absent(t, "b")
	}},
	{"EachVersionIsCopiedByItsID", func(t *testing.T, f Fixture) {
		f = f.versioned(t)
		first := f.put(t, "a", "first", plain)
		f.put(t, "a", "second", plain)
		made := f.copy(t, client.Source{At: f.at("a"), VersionID: first.VersionID}, "a", client.CopyOptions{PutOptions: plain, Replace: true})
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		assert.NotEqual(t, first.VersionID, head.VersionID)
		if made.VersionID != "" { // Ceph 16 does not say it
			assert.Equal(t, made.VersionID, head.VersionID)
		}
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "first", content, "which is how a version is restored")
	}},
	{"ACopyIsEncryptedAsAskedOrSaysThatItIsNot", func(t *testing.T, f Fixture) {
		for name, from := range f.withNothing(t) {
			was := f.put(t, "from "+name, "content", client.PutOptions{Encryption: from})
			for name2, to := range f.withNothing(t) {
				t.Run(name+" to "+name2, func(t *testing.T) {
					made, err := f.copier(t).Copy(t.Context(), client.Source{At: f.at("from " + name), ETag: was.ETag, Key: keyFor(from)}, f.at(name+" to "+name2),
						client.CopyOptions{PutOptions: client.PutOptions{Encryption: to}})
					if !f.Copies && client.TypeOf(from) != client.TypeInherit {
						fails(t, client.KindUnsupported, f.at(name+" to "+name2), err)
						return
					}
					require.NoError(t, err)
					if f.CopySpoils && spoils(from, to) {
						f.spoiled(t, "from "+name, name+" to "+name2, keyFor(to))
						return
					}
					head, content := f.get(t, name+" to "+name2, client.ReadOptions{Key: f.keyOf(t, name+" to "+name2, to)})
					assert.Equal(t, "content", content)
					if f.Copies && client.TypeOf(to) != client.TypeInherit {
						f.reports(t, to, head.Encryption, "GET")
						if made.Encryption.Told {
							f.reports(t, to, made.Encryption, "the answer to the copy")
						}
					}
				})
			}
		}
	}},
	{"InPartsEveryEncryptionIsCopiedToEvery", func(t *testing.T, f Fixture) {
		for name, from := range f.withNothing(t) {
			was := f.put(t, "from "+name, "0123456789", client.PutOptions{Encryption: from})
			for name2, to := range f.withNothing(t) {
				t.Run(name+" to "+name2, func(t *testing.T) {
					u, _, err := f.Store.CreateUpload(t.Context(), f.at(name+" to "+name2), client.PutOptions{Encryption: to})
					require.NoError(t, err)
					t.Cleanup(func() { f.drop(t, u) })
					part, err := f.copier(t).CopyPart(t.Context(), u, 1, client.Source{At: f.at("from " + name), ETag: was.ETag, Key: keyFor(from)}, 2, 5)
					if !f.CopyCustomerKeys && client.TypeOf(from) == client.TypeSSEC && client.TypeOf(to) != client.TypeSSEC {
						fails(t, client.KindUnsupported, u.At, err)
						return
					}
					require.NoError(t, err)
					assert.Equal(t, 1, part.Number)
					assert.EqualValues(t, 5, part.Size)
					_, err = f.Store.CompleteUpload(t.Context(), u, []client.Part{part}, client.Checksum{})
					require.NoError(t, err)
					head, content := f.get(t, name+" to "+name2, client.ReadOptions{Key: keyFor(to)})
					assert.Equal(t, "23456", content)
					if client.TypeOf(to) != client.TypeInherit {
						f.reports(t, to, head.Encryption, "GET")
					}
				})
			}
		}
	}},
	{"TagsAreSetAndReplaced", func(t *testing.T, f Fixture) {
		tagger, ok := client.As[client.Tagger](f.Store)
		require.True(t, ok)
		f.put(t, "a", "content", plain)
		for _, want := range []map[string]string{{"ward": "7", "project": "a b"}, {"other": ""}, {}} {
			_, err := f.Store.Tags(t.Context(), f.at("a"), "")
			require.NoError(t, err)
			require.NoError(t, tagger.SetTags(t.Context(), f.at("a"), "", want))
			tags, err := f.Store.Tags(t.Context(), f.at("a"), "")
			require.NoError(t, err)
			assert.Equal(t, want, tags)
		}
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "content", content)
		fails(t, client.KindNotFound, f.at("none"), tagger.SetTags(t.Context(), f.at("none"), "", map[string]string{"a": "b"}))
	}},
	{"BytesThatAreNotThereAreNoPart", func(t *testing.T, f Fixture) {
		f.put(t, "a", "0123456789", plain)
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("b"), plain)
		require.NoError(t, err)
		t.Cleanup(func() { f.drop(t, u) })
		from := client.Source{At: f.at("a")}
		for _, c := range []struct {
			n              int
			offset, length int64
		}{{0, 0, 1}, {10_001, 0, 1}, {1, -1, 1}, {1, 0, 0}, {1, 0, client.MaxCopy + 1}} {
			_, err := f.copier(t).CopyPart(t.Context(), u, c.n, from, c.offset, c.length)
			fails(t, client.KindInvalid, f.at("b"), err)
		}
	}},
	{"AWrongCustomerKeyCopiesNothing", func(t *testing.T, f Fixture) {
		if !f.Copies {
			t.Skip("what is encrypted is not copied here")
		}
		f.put(t, "a", "sealed", client.PutOptions{Encryption: client.SSEC{Key: customerKey(t, 1)}})
		for want, key := range map[client.Kind]client.CustomerKey{client.KindNeedsKey: {}, client.KindWrongKey: customerKey(t, 2)} {
			_, err := f.copier(t).Copy(t.Context(), client.Source{At: f.at("a"), Key: key}, f.at("b"), client.CopyOptions{PutOptions: plain})
			fails(t, want, f.at("a"), err)
			assert.NotContains(t, err.Error(), customerKey(t, 2).Secret().Reveal())
		}
		f.absent(t, "b")
	}},
}

// copier is the store as one that copies.
func (f Fixture) copier(t *testing.T) client.Copier {
	t.Helper()
	c, ok := client.As[client.Copier](f.Store)
	require.True(t, ok, "the store copies")
	return c
}

// copy makes a copy that must be made.
func (f Fixture) copy(t *testing.T, from client.Source, to string, o client.CopyOptions) client.Object {
	t.Helper()
	made, err := f.copier(t).Copy(t.Context(), from, f.at(to), o)
	require.NoError(t, err, "copy to %q", to)
	return made
}

// untagged is what is beside an object that was given tags, without them where they
// may be lost.
func (f Fixture) untagged(o client.PutOptions) client.PutOptions {
	if !f.CopyTags {
		o.Tags = nil
	}
	return o
}

// spoils reports whether a copy that is made of one encryption in another is spoiled
// by a server that does so.
func spoils(from, to client.Encryption) bool {
	was, _ := from.(client.SSEKMS)
	asked, kms := to.(client.SSEKMS)
	return len(was.Context) > 0 && len(asked.Context) == 0 && (kms || client.TypeOf(to) == client.TypeInherit)
}

// spoiled says that a copy cannot be read, that its source shows why, and takes it
// away: MinIO lists no bucket that has one.
func (f Fixture) spoiled(t *testing.T, from, to string, key client.CustomerKey) {
	t.Helper()
	head, err := f.Store.Head(t.Context(), f.at(from), client.ReadOptions{})
	require.NoError(t, err)
	assert.True(t, head.HasContext(), "%q shows its context", from)
	_, body, err := f.Store.Get(t.Context(), f.at(to), client.ReadOptions{Key: key, Length: 1})
	if err == nil {
		_, err = io.ReadAll(body)
		require.NoError(t, body.Close())
	}
	require.Error(t, err, "%q cannot be read", to)
	_, err = f.Store.Delete(t.Context(), []client.Location{f.at(to)})
	require.NoError(t, err)
}

// isBeside says that an object has this beside its bytes, and nothing else; nil tags
// are any.
func (f Fixture) isBeside(t *testing.T, key string, want client.PutOptions) {
	t.Helper()
	head, err := f.Store.Head(t.Context(), f.at(key), client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, want.ContentType, head.ContentType)
	assert.Equal(t, want.Metadata, head.Metadata)
	assert.Equal(t, want.System, head.System())
	if want.Tags == nil {
		return
	}
	tags, err := f.Store.Tags(t.Context(), f.at(key), "")
	require.NoError(t, err)
	assert.Equal(t, want.Tags, tags)
}

// withNothing is encryptions, and none.
func (f Fixture) withNothing(t *testing.T) map[string]client.Encryption {
	all := f.encryptions(t)
	all["nothing"] = client.Inherit{}
	return all
}

// keyOf is the key that opens an object which was to be encrypted so: none where
// the server did not.
func (f Fixture) keyOf(t *testing.T, key string, e client.Encryption) client.CustomerKey {
	t.Helper()
	if _, err := f.Store.Head(t.Context(), f.at(key), client.ReadOptions{}); client.KindOf(err) == client.KindNeedsKey {
		return keyFor(e)
	}
	return client.CustomerKey{}
}
