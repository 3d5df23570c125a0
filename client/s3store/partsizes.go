package s3store

import (
	"context"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
)

// partsAtOnce is how many parts are asked for at once.
const partsAtOnce = 8

// PartSizes are the sizes of the parts an object was uploaded in, in order, by
// HEAD with a part number; none where the server does not tell: one that does
// not know part numbers (Ceph 16) answers for the whole object. Unless exact,
// the first and the last part are asked for and those between inferred, where
// that makes up the object.
//
// GetObjectAttributes would tell them with one call; it takes a right of its
// own, and old servers answer it with an error of something else.
func (s *Store) PartSizes(ctx context.Context, at client.Location, o client.ReadOptions, exact bool) ([]int64, error) {
	first, count, total, err := s.partSize(ctx, at, o, 1)
	if err != nil || count == 0 {
		return nil, err
	}
	sizes := make([]int64, count)
	sizes[0] = first
	if count == 1 {
		return sizes, nil
	}
	if sizes[count-1], _, _, err = s.partSize(ctx, at, o, count); err != nil {
		return nil, err
	}
	if !exact && first*int64(count-1)+sizes[count-1] == total {
		for i := 1; i < count-1; i++ {
			sizes[i] = first
		}
		return sizes, nil
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(partsAtOnce)
	for i := 1; i < count-1; i++ {
		group.Go(func() (err error) {
			sizes[i], _, _, err = s.partSize(gctx, at, o, i+1)
			return err
		})
	}
	return sizes, group.Wait()
}

// partSize asks for one part: its size, how many there are, and the size of all.
// count is 0 where the server does not tell.
func (s *Store) partSize(ctx context.Context, at client.Location, o client.ReadOptions, n int) (size int64, count int, total int64, err error) {
	c := call{op: "HeadObject", at: at, customer: o.Key}
	if err := at.CheckKey(); err != nil {
		return 0, 0, 0, s.refuse(c, client.KindInvalid, err)
	}
	key, err := s.customer(c, o.Key)
	if err != nil {
		return 0, 0, 0, err
	}
	q := s.heads(c, key, o.VersionID, s.etags.written(o.IfMatch))
	q.query = "partNumber=" + strconv.Itoa(n)
	if o.VersionID != "" {
		q.query += "&" + ofVersion(o.VersionID)
	}
	a, err := s.send(ctx, q)
	if err != nil {
		return 0, 0, 0, s.fail(c, err)
	}
	h := a.header
	count, _ = strconv.Atoi(h.Get("X-Amz-Mp-Parts-Count"))
	said, ok := parseContentRange(h.Get("Content-Range"))
	if count < 1 || count > 10_000 || !ok || said.total < 0 {
		if n > 1 {
			return 0, 0, 0, s.refuse(c, client.KindUnsupported, errPartNotTold)
		}
		return 0, 0, 0, nil
	}
	return said.last - said.first + 1, count, said.total, nil
}

var errPartNotTold = client.Say("the server tells of one part of the object and not of another").Err()
