package session

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
)

// VersionsOf lists the versions of an object and the delete markers that hide them, the
// newest first; none where there is none.
func (s *Session) VersionsOf(ctx context.Context, at client.Location) (all []client.Object, err error) {
	err = s.history(ctx, client.Object{At: at}, func(versions []client.Object) { all = versions })
	return all, err
}

// Deleted lists the newest delete markers of objects below a folder: what was deleted
// while the bucket kept versions, and is there again once its marker is removed.
func (s *Session) Deleted(ctx context.Context, folder client.Location) (all []client.Object, err error) {
	err = s.history(ctx, client.Object{At: folder, IsFolder: true}, func(versions []client.Object) {
		for _, o := range versions {
			if o.DeleteMarker && o.Latest {
				all = append(all, o)
			}
		}
	})
	return all, err
}
