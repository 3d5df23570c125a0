package session

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/bucketdoc"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

const (
	theirTags = `<Tagging><TagSet><Tag><Key>a</Key><Value>theirs</Value></Tag></TagSet></Tagging>`
	ourTags   = `<Tagging><TagSet><Tag><Key>a</Key><Value>ours</Value></Tag></TagSet></Tagging>`
)

// configured is a session at a store where something becomes of the tags of its bucket at
// the nth time that they are read.
func configured(t *testing.T, nth int, become func(*memstore.Store) error) (*Session, *memstore.Store, DocumentPlan, error) {
	t.Helper()
	store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"bucket"}})
	store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op != memstore.GetBucketDocument || c.Nth != nth {
			return nil
		}
		return become(store)
	})
	s := &Session{store: store}
	form, _ := client.FormOf(client.TagsDocument)
	plan, err := s.PlanDocument(t.Context(), "bucket", form, []byte(ourTags))
	return s, store, plan, err
}

func theirs(s *memstore.Store) error {
	s.Configure("bucket", client.TagsDocument, []byte(theirTags))
	return nil
}

func TestADocumentThatSomebodyChangedMeanwhileIsNotOverwritten(t *testing.T) {
	s, store, plan, err := configured(t, 2, theirs)
	require.NoError(t, err)
	require.Len(t, plan.Changes, 2)
	_, err = s.SetDocument(t.Context(), plan)
	assert.Equal(t, client.KindPrecondition.String(), client.KindOf(err).String(), "%v", err)
	assert.Zero(t, store.Count(memstore.PutBucketDocument))
}

func TestAServerThatKeepsAnotherDocumentIsFoundOut(t *testing.T) {
	s, _, plan, err := configured(t, 3, theirs)
	require.NoError(t, err)
	differs, err := s.SetDocument(t.Context(), plan)
	require.NoError(t, err)
	assert.Len(t, differs, 2, "what was set is missing, and something else is there")
}

func TestADocumentThatCannotBeReadAgainIsNotVerified(t *testing.T) {
	denied := func(*memstore.Store) error { return &client.Error{Op: "x", Kind: client.KindDenied} }
	s, _, plan, err := configured(t, 3, denied)
	require.NoError(t, err)
	_, err = s.SetDocument(t.Context(), plan)
	assert.Equal(t, client.KindNotYetVerified.String(), client.KindOf(err).String(), "%v", err)
	s, store, plan, err := configured(t, 2, denied)
	require.NoError(t, err)
	_, err = s.SetDocument(t.Context(), plan)
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "%v", err)
	assert.Zero(t, store.Count(memstore.PutBucketDocument))
	_, _, _, err = configured(t, 1, denied)
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "%v", err)
}

func TestADocumentThatIsNoneIsNotSentAndOneThatCannotBeReadIsNotCompared(t *testing.T) {
	store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"bucket"}})
	s := &Session{store: store}
	form, _ := client.FormOf(client.TagsDocument)
	_, err := s.PlanDocument(t.Context(), "bucket", form, []byte("<x/>"))
	assert.Equal(t, client.KindInvalid.String(), client.KindOf(err).String(), "%v", err)
	shown, _ := client.FormOf(client.ReplicationDocument)
	_, err = s.PlanDocument(t.Context(), "bucket", shown, nil)
	assert.Equal(t, client.KindInvalid.String(), client.KindOf(err).String(), "%v", err)
	assert.Empty(t, store.Calls())
	store.Configure("bucket", client.TagsDocument, []byte("no document"))
	_, err = s.PlanDocument(t.Context(), "bucket", form, []byte(ourTags))
	assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%v", err)

	require.NoError(t, theirs(store))
	plan, err := s.PlanDocument(t.Context(), "bucket", form, nil)
	require.NoError(t, err)
	store.Before(memstore.Failing(client.KindDenied, memstore.DeleteBucketDocument))
	_, err = s.SetDocument(t.Context(), plan)
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "%v", err)
}

// AWS encrypts by SSE-S3 what has no default encryption: only that may be left of one that
// was removed.
func TestADefaultEncryptionThatIsStillThereWasNotRemoved(t *testing.T) {
	for becomes, want := range map[string]bool{
		encryptedBy("AES256", ""):        true,
		encryptedBy("aws:kms", ""):       false,
		encryptedBy("aws:kms", "theirs"): false,
	} {
		store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"bucket"}})
		store.Configure("bucket", client.EncryptionDocument, []byte(encryptedBy("aws:kms", "")))
		store.Before(func(_ context.Context, c memstore.Call) error {
			if c.Op == memstore.GetBucketDocument && c.Nth == 3 { // behind the removal
				store.Configure("bucket", client.EncryptionDocument, []byte(becomes))
			}
			return nil
		})
		s := &Session{store: store}
		form, _ := client.FormOf(client.EncryptionDocument)
		plan, err := s.PlanDocument(t.Context(), "bucket", form, nil)
		require.NoError(t, err)
		differs, err := s.SetDocument(t.Context(), plan)
		require.NoError(t, err)
		require.NotEmpty(t, differs)
		assert.Equal(t, want, plan.LeavesDefault(differs), becomes)
	}
	form, _ := client.FormOf(client.TagsDocument)
	assert.False(t, DocumentPlan{Form: form}.LeavesDefault([]bucketdoc.Change{{Added: true, Line: "/SSEAlgorithm = AES256"}}), "of other documents nothing stays")
	form, _ = client.FormOf(client.EncryptionDocument)
	assert.False(t, DocumentPlan{Form: form}.LeavesDefault(nil), "nothing is left")
}

func encryptedBy(algorithm, key string) string {
	if key != "" {
		key = "<KMSMasterKeyID>" + key + "</KMSMasterKeyID>"
	}
	return "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>" + algorithm + "</SSEAlgorithm>" + key +
		"</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
}
