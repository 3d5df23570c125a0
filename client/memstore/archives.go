package memstore

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// RestoreArchived begins to restore an archived object; it is never done.
func (s *Store) RestoreArchived(ctx context.Context, at client.Location, versionID string, _ int, tier string) error {
	c, err := s.begin(ctx, Call{Op: RestoreObject, At: at, Read: client.ReadOptions{VersionID: versionID}})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.find(c, versionID)
	switch {
	case err != nil:
		return err
	case !s.server.Archives, !found.IsArchived(), tier != "" && !slices.Contains(client.Tiers, tier), tier == "Expedited" && found.StorageClass == "DEEP_ARCHIVE":
		return c.Error(client.KindInvalid)
	}
	found.Headers["X-Amz-Restore"] = []string{`ongoing-request="true"`}
	return nil
}
