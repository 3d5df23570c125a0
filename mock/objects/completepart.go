package objects

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

type completePart struct {
	PartNumber *int
	ETag       string
	Others     []checksumElement `xml:",any"`
}

// sums are the checksums that the client names for a part.
func (p completePart) sums() map[sigv4.Algorithm]string {
	all := map[sigv4.Algorithm]string{}
	for _, e := range p.Others {
		short, ok := strings.CutPrefix(e.XMLName.Local, "Checksum")
		if a, known := sigv4.AlgorithmOf("x-amz-checksum-" + short); ok && known && e.Value != "" {
			all[a] = e.Value
		}
	}
	return all
}

// check refuses what no stored part can make right.
func (p completePart) check() error {
	sums := p.sums()
	var text strings.Builder
	valid := len(sums) <= 1
	for _, a := range sigv4.Algorithms() {
		if value, ok := sums[a]; ok {
			text.WriteString(string(a) + ":" + value + ";")
			valid = valid && a.WellFormed(value)
		}
	}
	switch {
	case p.ETag == "" || p.PartNumber == nil:
		return s3.MalformedXML()
	case *p.PartNumber < 1:
		return s3.BadArgument("PartNumber must be >= 1", "PartNumber", strconv.Itoa(*p.PartNumber))
	case *p.PartNumber > store.MaxPartNumber:
		return store.ErrPartNumber
	case !valid:
		return s3.BadArgument("Invalid Base64 or multiple checksums present in request", "Checksum", text.String())
	}
	return nil
}

var ofParts = regexp.MustCompile(`-[0-9]+$`)

// finalHeaders judges the form of what a completion announces of the whole.
func finalHeaders(r *wire.Request) error {
	found := 0
	for _, a := range sigv4.Algorithms() {
		if value := r.Header.Get(a.Header()); value != "" {
			found++
			if !a.WellFormed(ofParts.ReplaceAllString(value, "")) {
				return s3.BadRequest("Value for " + a.Header() + " header is invalid.")
			}
		}
	}
	if found > 1 {
		return s3.BadRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
	}
	if kind := strings.ToUpper(r.Header.Get("X-Amz-Checksum-Type")); kind != "" && kind != fullObject && kind != composite {
		return badChecksumType()
	}
	value := r.Header.Get("X-Amz-Mp-Object-Size")
	switch n, err := strconv.ParseInt(value, 10, 64); {
	case value == "":
		return nil
	case err != nil:
		return s3.BadRequest("Value for x-amz-mp-object-size header is invalid: '" + value + "'")
	case n < 0:
		return s3.BadRequest("Value for x-amz-mp-object-size header is less than zero: '" + value + "'")
	}
	return nil
}
