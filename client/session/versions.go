package session

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
)

// VersionsOf lists the versions of an object and the delete markers that hide them, the
// newest first; none where there is none.
func (s *Session) VersionsOf(ctx context.Context, at client.Location) (all []client.Object, err error) {
	for page, err := range s.Pages(ctx, at, listing.Options{InOrder: true, Versions: true}) {
		if err != nil {
			return nil, err
		}
		for _, o := range page {
			if o.At != at {
				return all, nil // of the names that begin so it is the first
			}
			all = append(all, o)
		}
	}
	return all, nil
}

// Deleted lists the newest delete markers of objects below a folder: what was deleted
// while the bucket kept versions, and is there again once its marker is removed.
func (s *Session) Deleted(ctx context.Context, folder client.Location) (all []client.Object, err error) {
	for page, err := range s.Pages(ctx, folder.Folder(), listing.Options{InOrder: true, Versions: true}) {
		if err != nil {
			return nil, err
		}
		for _, o := range page {
			if o.DeleteMarker && o.Latest {
				all = append(all, o)
			}
		}
	}
	return all, nil
}
