package s3store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

var _ client.Archiver = (*Store)(nil)

// RestoreArchived begins to make a copy of an archived object that can be read.
func (s *Store) RestoreArchived(ctx context.Context, at client.Location, versionID string, days int, tier string) error {
	c := call{op: "RestoreObject", at: at}
	if err := at.CheckKey(); err != nil {
		return s.refuse(c, client.KindInvalid, err)
	}
	if !s.can.lets(c.op, at.Bucket) {
		if err := s.seeArchived(ctx, c, versionID); err != nil {
			return err
		}
	}
	ask := &types.RestoreRequest{Days: aws.Int32(int32(days))} //nolint:gosec // a number of days
	if tier != "" {
		ask.GlacierJobParameters = &types.GlacierJobParameters{Tier: types.Tier(tier)}
	}
	_, err := s.s3.RestoreObject(ctx, &s3.RestoreObjectInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID), RestoreRequest: ask})
	err = s.fail(c, err)
	var e *client.Error
	if errors.As(err, &e) {
		switch e.Code {
		case "RestoreAlreadyInProgress":
			return nil
		case "InvalidObjectState":
			e.Kind, e.Said = client.KindInvalid, notArchived
		}
	}
	return err
}

var notArchived = client.Say("it can be read at once: there is nothing to restore")

// seeArchived learns that a server has archives, by its refusal to read what is in one,
// which nothing else says.
func (s *Store) seeArchived(ctx context.Context, c call, versionID string) error {
	_, body, err := s.Get(ctx, c.at, client.ReadOptions{VersionID: versionID, Length: 1})
	switch client.KindOf(err) {
	case client.KindArchived:
		s.can.note(client.Archives, c.at.Bucket, true)
		return nil
	case client.KindNeedsKey, client.KindWrongKey: // nothing is known, and nothing will be sent
		return nil
	}
	if err != nil {
		return err
	}
	_ = body.Close() // it can be read
	return s.refuse(c, client.KindInvalid, notArchived.Err())
}
