package storetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var archives = []testCase{
	{"WhatIsArchivedIsRestoredAndSaysHowFarThatIs", func(t *testing.T, f Fixture) {
		archiver, ok := client.As[client.Archiver](f.Store)
		require.True(t, ok)
		f.put(t, "now", "content", plain)
		if !f.Archives {
			fails(t, client.KindInvalid, f.at("now"), archiver.RestoreArchived(t.Context(), f.at("now"), "", 1, ""))
			_, content := f.get(t, "now", client.ReadOptions{})
			assert.Equal(t, "content", content, "nothing wrote over it")
			return
		}
		fails(t, client.KindInvalid, f.at("now"), archiver.RestoreArchived(t.Context(), f.at("now"), "", 1, ""))
		f.put(t, "a", "content", client.PutOptions{Encryption: client.Inherit{}, System: client.System{StorageClass: "GLACIER"}})
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		assert.True(t, head.IsArchived())
		assert.Equal(t, client.Restoration{}, head.Restoration())
		_, _, err = f.Store.Get(t.Context(), f.at("a"), client.ReadOptions{})
		fails(t, client.KindArchived, f.at("a"), err)
		copier, ok := client.As[client.Copier](f.Store)
		require.True(t, ok)
		_, err = copier.Copy(t.Context(), client.Source{At: f.at("a")}, f.at("copy"), client.CopyOptions{PutOptions: plain})
		fails(t, client.KindArchived, f.at("a"), err)
		fails(t, client.KindInvalid, f.at("a"), archiver.RestoreArchived(t.Context(), f.at("a"), "", 1, "Fast"))
		require.NoError(t, archiver.RestoreArchived(t.Context(), f.at("a"), "", 1, "Bulk"))
		head, err = f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		assert.True(t, head.Restoration().Ongoing)
		require.NoError(t, archiver.RestoreArchived(t.Context(), f.at("a"), "", 1, "Bulk"), "it is under way, which is what was wanted")
		f.put(t, "deep", "content", client.PutOptions{Encryption: client.Inherit{}, System: client.System{StorageClass: "DEEP_ARCHIVE"}})
		fails(t, client.KindInvalid, f.at("deep"), archiver.RestoreArchived(t.Context(), f.at("deep"), "", 1, "Expedited"))
		fails(t, client.KindNotFound, f.at("none"), archiver.RestoreArchived(t.Context(), f.at("none"), "", 1, ""))
	}},
}
