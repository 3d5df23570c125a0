package session

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Thaw begins to restore archived objects.
const Thaw transfer.Op = "thaw"

// Thaw begins to restore an archived object for some days, and sees that the server says
// so; it does not wait. One that can be read at once is refused.
func (s *Session) Thaw(ctx context.Context, at client.Location, versionID string, days int, tier string) Changed {
	return s.change(ctx, Thaw, at, versionID, func(version string) error {
		archiver, err := word[client.Archiver](s, "thaw", at)
		if err != nil {
			return err
		}
		if err := archiver.RestoreArchived(ctx, at, version, days, tier); err != nil {
			return err
		}
		now, err := s.Look(ctx, at, version)
		if err == nil && now.Restoration() == (client.Restoration{}) {
			err = notAsSet(Thaw, at)
		}
		return err
	})
}

// Look is HEAD of an object, opened with the keys that belong to its place.
func (s *Session) Look(ctx context.Context, at client.Location, versionID string) (client.Object, error) {
	set, err := s.RuleSet(ctx)
	if err != nil {
		return client.Object{}, err
	}
	o, _, err := s.head(ctx, set, at, client.ReadOptions{VersionID: versionID})
	return o, err
}
