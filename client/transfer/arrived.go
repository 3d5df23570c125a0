package transfer

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// An arrival is a downloaded file on its way to being compared with its object.
type arrival struct {
	store client.Store // that holds the object
	job   Job
	read  client.ReadOptions // how the object is asked for
	head  client.Object
	file  io.ReaderAt
	reading
	accepted bool // an ETag of other bytes was set aside
}

// A comparison is what an arrival was compared by, and what came of it.
type comparison struct {
	content Content
	how     client.Text // half a sentence
}

// errElse says that one way of comparing has nothing to say.
var errElse = errors.New("not to be compared so")

// compare compares what arrived with the object, by the strongest that the
// server offers: a checksum of the whole, one of the parts, an ETag that is an
// MD5, the checksum which an upload of ours left in the metadata. What another
// client stored is so compared as well as what is ours.
//
// The note in the metadata is the weakest: a program that changes the content
// and keeps the metadata makes it stale. It alone is not believed against what
// the server says itself, and where it is alone nothing can tell a change
// from damage: KindStaleChecksum, and Job.AcceptStale is how a person decides.
// Nothing but the server's own checksum of other bytes is always KindCorrupt.
func (a *arrival) compare(ctx context.Context) (comparison, error) {
	if err := a.isWhole(); err != nil {
		return comparison{}, err
	}
	found, err := a.first(ctx, a.byChecksum, a.byParts, a.byNote, a.byETag, a.byETagOfParts)
	switch {
	case errors.Is(err, errElse):
		return a.unverified()
	case err != nil:
		return comparison{}, err
	}
	if note := a.note(); note != "" && note != a.value(client.CRC64NVME) {
		found.how = client.Say("%v; the checksum that an upload left in the metadata is stale: the object was changed later by a program that kept it", found.how)
	}
	return found, nil
}

// first is the first comparison that has something to say; errElse when none
// has.
func (a *arrival) first(ctx context.Context, ways ...func(context.Context) (comparison, error)) (comparison, error) {
	for _, by := range ways {
		if found, err := by(ctx); !errors.Is(err, errElse) {
			return found, err
		}
	}
	return comparison{}, errElse
}

// comparable reports whether there is anything to compare the bytes by.
func (a *arrival) comparable() bool {
	return len(a.head.Checksums) > 0 || a.note() != "" || isMD5(a.head.ETag) || ofParts.MatchString(a.head.ETag)
}

// readBack reads a file for all that it may be compared by: one that did not pass
// through here just now.
func (a *arrival) readBack(ctx context.Context) (err error) {
	a.reading, err = a.sumsOf(ctx, sumsOf(a.head, false)...)
	if err != nil {
		return err
	}
	return a.isWhole()
}

// sumsOf are the checksums to compute of an object's bytes as they pass. In ranges
// only those are known of the whole that can be made of the ranges'.
func sumsOf(o client.Object, inRanges bool) []client.ChecksumAlgorithm {
	algorithms := []client.ChecksumAlgorithm{client.CRC64NVME}
	full := fullSums(o)
	for _, c := range full {
		if !inRanges || combiners[c.Algorithm] != nil {
			algorithms = append(algorithms, c.Algorithm)
		}
	}
	if len(full) == 0 && o.Metadata[client.MetaChecksum] == "" && isMD5(o.ETag) && !inRanges {
		algorithms = append(algorithms, algorithmMD5) // nothing else is likely to decide
	}
	return algorithms
}

func (a *arrival) isWhole() error {
	if a.head.SizeTold() && a.n != a.head.Size {
		return a.corrupt(client.Say("%d bytes arrived and the object has %d", a.n, a.head.Size).Err())
	}
	return nil
}

func (a *arrival) sumsOf(ctx context.Context, algorithms ...client.ChecksumAlgorithm) (reading, error) {
	r, err := readSums(ctx, io.NewSectionReader(a.file, 0, math.MaxInt64), algorithms...)
	switch {
	case ctx.Err() != nil:
		return r, context.Cause(ctx)
	case err != nil:
		return r, local(a.job, err)
	}
	return r, nil
}

// fullSums are the server's checksums of the whole content.
func fullSums(o client.Object) (all []client.Checksum) {
	for _, c := range o.Checksums {
		if !c.Composite && hashes[c.Algorithm] != nil {
			all = append(all, c)
		}
	}
	return all
}

func (a *arrival) byChecksum(ctx context.Context) (comparison, error) {
	all, err := a.computed(ctx)
	switch {
	case err != nil:
		return comparison{}, err
	case len(all) == 0:
		return comparison{}, errElse
	}
	var names []string
	for _, c := range all {
		if got := a.value(c.Algorithm); got != c.Value {
			return comparison{}, a.corrupt(client.Say("the checksum of what arrived is %s and the object's is %s: the file was not kept", got, c.Value).Err())
		}
		names = append(names, string(c.Algorithm))
	}
	return comparison{ContentChecksum, client.Say("size and checksum agree with the object's (%s)", strings.Join(names, ", "))}, nil
}

// computed are the server's checksums of the whole that were computed of what
// arrived: as it passed, or where none was, by reading it back.
func (a *arrival) computed(ctx context.Context) (all []client.Checksum, err error) {
	full := fullSums(a.head)
	for _, c := range full {
		if a.sums[c.Algorithm] != nil {
			all = append(all, c)
		}
	}
	if len(all) > 0 || len(full) == 0 {
		return all, nil
	}
	algorithms := make([]client.ChecksumAlgorithm, len(full))
	for i, c := range full {
		algorithms[i] = c.Algorithm
	}
	again, err := a.sumsOf(ctx, algorithms...)
	if err != nil {
		return nil, err
	}
	maps.Copy(a.sums, again.sums)
	return full, nil
}

// byParts compares a composite checksum, where the server tells in which parts
// the object was uploaded.
func (a *arrival) byParts(ctx context.Context) (comparison, error) {
	for _, c := range a.head.Checksums {
		if !c.Composite || hashes[c.Algorithm] == nil {
			continue
		}
		want, err := base64.StdEncoding.DecodeString(bare(c.Value))
		if err != nil {
			continue
		}
		n, same, err := a.composite(ctx, c.Algorithm, want, numberOf(c.Value))
		switch {
		case err != nil:
			return comparison{}, err
		case same:
			return comparison{ContentChecksum, client.Say("size and checksum agree with the object's (%s of %d parts)", string(c.Algorithm), n)}, nil
		default:
			return comparison{}, a.corrupt(client.Say("the checksum of what arrived is not %s, the object's: the file was not kept", c.Value).Err())
		}
	}
	return comparison{}, errElse
}

// composite makes the checksum of the parts and compares; errElse where the
// parts are not told. Parts are asked for one by one only where those inferred
// do not fit.
func (a *arrival) composite(ctx context.Context, by client.ChecksumAlgorithm, want []byte, parts int) (n int, same bool, err error) {
	for _, exact := range []bool{false, true} {
		sizes, err := a.parts(ctx, parts, exact)
		if err != nil {
			return 0, false, err
		}
		got, err := compositeOf(ctx, a.file, sizes, by)
		switch {
		case ctx.Err() != nil:
			return 0, false, context.Cause(ctx)
		case err != nil:
			return 0, false, local(a.job, err)
		case string(got) == string(want):
			return len(sizes), true, nil
		}
	}
	return 0, false, nil
}

// partKnower is a Store whose server may tell in which parts an object was
// uploaded: their sizes in order, none where it does not say. Unless exact,
// those between the first and the last may be inferred.
type partKnower interface {
	PartSizes(ctx context.Context, at client.Location, o client.ReadOptions, exact bool) ([]int64, error)
}

// parts are the sizes of the parts, which must be as many as said and make up
// the file; errElse otherwise.
func (a *arrival) parts(ctx context.Context, want int, exact bool) ([]int64, error) {
	k, ok := client.As[partKnower](a.store)
	if !ok {
		return nil, errElse
	}
	o := a.read
	o.VersionID = first(o.VersionID, a.head.VersionID)
	sizes, err := k.PartSizes(ctx, a.job.At(), o, exact)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil || len(sizes) == 0 || want > 0 && len(sizes) != want:
		return nil, errElse // not told: it is compared by something else, or said not to be
	}
	sum := int64(0)
	for _, s := range sizes {
		sum += s
	}
	if sum != a.n {
		return nil, errElse
	}
	return sizes, nil
}

func (a *arrival) note() string { return a.head.Metadata[client.MetaChecksum] }

// compareParts is compare for what was read in pieces and is not here any more: by the
// checksum that could be made of theirs.
func (a *arrival) compareParts(ctx context.Context) (comparison, error) {
	if err := a.isWhole(); err != nil {
		return comparison{}, err
	}
	if sum, ok := a.head.StoredChecksum(); ok {
		a.head.Checksums = []client.Checksum{sum}
	} else {
		a.head.Checksums = nil
	}
	found, err := a.first(ctx, a.byChecksum, a.byNote)
	if errors.Is(err, errElse) {
		return a.bySize()
	}
	return found, err
}

// byNote compares with what an upload of ours left in the metadata; where it
// disagrees the others are heard first.
func (a *arrival) byNote(context.Context) (comparison, error) {
	if a.note() == "" || a.note() != a.value(client.CRC64NVME) {
		return comparison{}, errElse
	}
	return comparison{ContentChecksum, client.Say("size and checksum agree with what the upload left in the metadata")}, nil
}

// otherETag says that the ETag looks like an MD5 and is another than that of what
// arrived.
type otherETag struct{ said client.Text }

func (o *otherETag) Error() string { return o.Text().String() }

// Text is what the error says.
func (o *otherETag) Text() client.Text { return o.said }

// Acceptable reports whether a download failed by something that a person may
// know better: Engine.Accept, Job.AcceptStale.
func (r Row) Acceptable() bool {
	var etag *otherETag
	return (r.Job.Op == Download || r.Job.IsBetween()) && r.Phase == Failed && (client.KindOf(r.Err) == client.KindStaleChecksum || errors.As(r.Err, &etag))
}

// byETag compares with an ETag in the form of an MD5. One that is the MD5 counts
// in favour, however the object is stored; another one counts against where the
// object is said to be in the clear or under SSE-S3, as every client takes it.
// Services that make such ETags of anything else are few, and Job.AcceptStale is
// for them.
func (a *arrival) byETag(ctx context.Context) (comparison, error) {
	if !isMD5(a.head.ETag) {
		return comparison{}, errElse
	}
	sum, known := a.sums[algorithmMD5]
	if !known {
		again, err := a.sumsOf(ctx, algorithmMD5)
		if err != nil {
			return comparison{}, err
		}
		sum = again.sums[algorithmMD5]
	}
	switch got := hex.EncodeToString(sum); {
	case strings.EqualFold(got, a.head.ETag):
		return comparison{ContentMD5, client.Say("size and MD5 agree with the object's ETag")}, nil
	case !isMD5OfContents(a.head):
		return comparison{}, errElse
	case a.job.AcceptStale:
		a.accepted = true
		return comparison{}, errElse
	default:
		return comparison{}, a.corrupt(&otherETag{client.Say("the MD5 of what arrived is %s and the object's ETag is %s: the file was not kept; where ETags are known to be no MD5s, the file can be taken all the same", got, a.head.ETag)})
	}
}

var ofParts = regexp.MustCompile(`^[0-9A-Fa-f]{32}-[0-9]+$`)

// byETagOfParts counts in favour only: some services make such ETags at random.
func (a *arrival) byETagOfParts(ctx context.Context) (comparison, error) {
	if !ofParts.MatchString(a.head.ETag) || !isReadable(a.head) {
		return comparison{}, errElse
	}
	want, _ := hex.DecodeString(bare(a.head.ETag)) // of this shape it is hexadecimal
	n, same, err := a.composite(ctx, algorithmMD5, want, numberOf(a.head.ETag))
	switch {
	case err != nil:
		return comparison{}, err
	case !same:
		return comparison{}, errElse
	}
	return comparison{ContentMD5, client.Say("size and MD5 agree with the object's ETag (of %d parts)", n)}, nil
}

// numberOf is the number of parts behind a composite checksum or ETag, 0 where
// it is not said.
func numberOf(v string) int {
	_, digits, _ := strings.Cut(v, "-")
	n, _ := strconv.Atoi(digits)
	return n
}

// unverified says why there is nothing to compare the bytes by, in the word that
// people are told: nobody may take what arrived for verified.
func (a *arrival) unverified() (comparison, error) {
	found, err := a.bySize()
	switch {
	case err != nil:
		return comparison{}, err
	case !a.head.SizeTold():
		found = comparison{ContentNone, client.Say("the server tells neither its size nor a checksum of it; nothing was compared")}
	}
	found.how = client.Say("unverified: %v", found.how)
	return found, nil
}

// bySize is what is left when nothing could be compared.
func (a *arrival) bySize() (comparison, error) {
	switch {
	case a.note() != "" && !a.job.AcceptStale:
		return comparison{}, &client.Error{
			Op: "download", Kind: client.KindStaleChecksum, At: a.job.At(), RequestID: a.head.RequestID,
			Err: client.Say("the checksum of what arrived is %s, and %s was left in the metadata by an upload: either a program changed the object later and kept the metadata, or bytes are damaged; nothing else tells which, so the file was not kept",
				a.value(client.CRC64NVME), a.note()).Err(),
		}
	case a.note() != "" || a.accepted:
		return comparison{ContentSize, client.Say("the checksum in the metadata, or the ETag, is of other bytes, which was accepted; only its size was compared")}, nil
	}
	for _, c := range a.head.Checksums {
		if c.Composite {
			return comparison{ContentSize, client.Say("the object's checksum is composite (%s), and the server does not tell of which parts; only its size was compared", string(c.Algorithm))}, nil
		}
	}
	return comparison{ContentSize, client.Say("the server keeps no checksum of it; only its size was compared")}, nil
}

func (a *arrival) corrupt(err error) error {
	return &client.Error{Op: "download", Kind: client.KindCorrupt, At: a.job.At(), RequestID: a.head.RequestID, Err: err}
}
