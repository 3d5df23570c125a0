package transfer

// The bounds of S3's multipart uploads.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const (
	minPartSize = 5 << 20
	maxPartSize = 5 << 30
	mostParts   = 10_000
)

// Where nobody chose the size of parts, that of larger files is larger: a request costs
// as much as half a MiB does, and this many of them are enough to go side by side. The
// most is what one that fails may cost.
const (
	enoughParts = 128
	mostAtOnce  = 16 << 20
)

// partSize is the size of the parts of a file, or of the ranges of an object, in bytes.
func (c *Config) partSize(size int64) int64 {
	if !c.partsGrow {
		return partSizeFor(size, c.PartSize)
	}
	return partSizeFor(size, max(c.PartSize, min(size/enoughParts>>20<<20, mostAtOnce)))
}

// partsAtOnce is how many parts of one file, or ranges of one object, travel at once at
// most. What of them has not arrived when the program is killed is sent again, and so is
// what a server has sent that lies in the system's buffers, which hold whole ranges: no
// more than a twentieth of a file of 1 GiB, and of those that have more parts.
func partsAtOnce(parts int) int { return max(6, parts/20) }

// partSizeFor is the size of the parts of a file: the size wished for, or so
// much more, in whole MiB, that 10,000 parts are enough.
func partSizeFor(size, wished int64) int64 {
	const mib = 1 << 20
	least := (size + mostParts - 1) / mostParts
	return max(wished, (least+mib-1)/mib*mib)
}

// A span is a run of bytes of a file.
type span struct {
	number         int // from 1
	offset, length int64
}

// spans cuts size bytes into pieces of at most each bytes. No bytes, no spans.
func spans(size, each int64) []span {
	var all []span
	for offset := int64(0); offset < size; offset += each {
		all = append(all, span{len(all) + 1, offset, min(each, size-offset)})
	}
	return all
}
