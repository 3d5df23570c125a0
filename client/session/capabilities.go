package session

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
)

// Capabilities are what the account's server can do, with a bucket or with "" as far as
// nothing was asked, and how that is known. Nothing is written to find out.
func (s *Session) Capabilities(ctx context.Context, bucket string) ([]client.Ability, error) {
	w, err := word[client.Abilities](s, "capabilities", client.Location{Bucket: bucket})
	if err != nil {
		return nil, err
	}
	return w.Abilities(ctx, bucket)
}
