package memstore

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// RestoreArchived begins to restore an archived object; it is never done.
func (s *Store) RestoreArchived(ctx context.Context, at client.Location, versionID string, _ int, tier string) error {
	return s.onVersion(ctx, Call{Op: RestoreObject, At: at, Read: client.ReadOptions{VersionID: versionID}}, func(c Call, v *version) error {
		if !s.archived(v) || tier != "" && !slices.Contains(client.Tiers, tier) || tier == "Expedited" && v.StorageClass == "DEEP_ARCHIVE" {
			return c.Error(client.KindInvalid)
		}
		v.Headers["X-Amz-Restore"] = []string{`ongoing-request="true"`}
		return nil
	})
}

// archived reports whether a version cannot be read at once.
func (s *Store) archived(v *version) bool { return s.server.Archives && v.IsArchived() }
