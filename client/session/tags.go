package session

import (
	"context"
	"maps"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Tag and Grant are what changes the tags and the permissions of an object; they make no
// copy of it.
const (
	Tag   transfer.Op = "tags"
	Grant transfer.Op = "acl"
)

// Tags are an object's tags; versionID "" is the current version.
func (s *Session) Tags(ctx context.Context, at client.Location, versionID string) (map[string]string, error) {
	return s.store.Tags(ctx, at, versionID)
}

// ChangeTags gives an object the tags that become makes of those it has, and reads them
// again.
func (s *Session) ChangeTags(ctx context.Context, at client.Location, versionID string, become func(map[string]string) map[string]string) Changed {
	return s.change(ctx, Tag, at, versionID, func(version string) error {
		tagger, err := word[client.Tagger](s, "tags", at)
		if err != nil {
			return err
		}
		was, err := s.store.Tags(ctx, at, version)
		if err != nil {
			return err
		}
		want := become(maps.Clone(was))
		if maps.Equal(was, want) {
			return nil
		}
		if err := tagger.SetTags(ctx, at, version, want); err != nil {
			return err
		}
		switch now, err := s.store.Tags(ctx, at, version); {
		case err != nil:
			return err
		case !maps.Equal(now, want):
			return notAsSet(Tag, at)
		}
		return nil
	})
}

// notAsSet says that a server took a change and shows another thing.
func notAsSet(op transfer.Op, at client.Location) error {
	return &client.Error{Op: string(op), Kind: client.KindContradiction, At: at, Said: client.Say("the server took the change and shows something else: look at it, somebody may have changed it too")}
}
