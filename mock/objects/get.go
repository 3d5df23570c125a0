package objects

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// getObject answers GET and HEAD.
func (s *Service) getObject(w http.ResponseWriter, r *wire.Request) error {
	if err := s.SSE.RefuseHeaders(r); err != nil {
		return err
	}
	if _, err := s.partAsked(r); err != nil {
		return err
	}
	from := store.ReadRequest{Bucket: r.Bucket, Key: r.Key, VersionID: r.Version(), Judge: func(o store.Object) (key seal.CustomerKey, err error) {
		if key, err = s.SSE.ReadKey(r, s3.HeaderCustomer, o.Encryption); err != nil {
			return key, err
		}
		if err = readConditions(r.Header, "", o); err == nil && r.Method == http.MethodGet {
			err = s.archived(o)
		}
		if err == nil && (r.Method == http.MethodGet || r.Has("X-Amz-Checksum-Mode")) {
			err = s.Access.MayDecrypt(r, o.Encryption)
		}
		return key, err
	}}
	if r.Method == http.MethodHead && !r.Query.Has("partNumber") {
		o, err := s.Store.Head(r.Context(), from)
		if err != nil {
			return s.readRefusal(err)
		}
		return s.head(w, r, o, nil)
	}
	reader, err := s.Store.Open(r.Context(), from)
	if err != nil {
		return s.readRefusal(err)
	}
	defer reader.Close()
	if reader.Object.Headers[spoiledHeader] != "" {
		return s3.BadRequest("The requested object was modified and may be compromised")
	}
	if r.Method == http.MethodHead {
		return s.head(w, r, reader.Object, reader)
	}
	return s.send(w, r, reader)
}

// readRefusal gives a wrong customer key the answer of reads.
func (s *Service) readRefusal(err error) error {
	if errors.Is(err, store.ErrWrongCustomerKey) {
		return s.SSE.WrongKey()
	}
	return err
}

func (s *Service) head(w http.ResponseWriter, r *wire.Request, o store.Object, parts *store.Reader) error {
	run, err := s.runOf(r, o, parts)
	if err != nil {
		return err
	}
	s.describe(w.Header(), r, o, run)
	w.WriteHeader(run.status)
	return nil
}

// describe writes all headers of a read.
func (s *Service) describe(h http.Header, r *wire.Request, o store.Object, run run) {
	setObject(h, o)
	wire.SetReadVersion(h, r, o)
	s.setLocks(h, r, o)
	s.setRestored(h, o)
	kept, context := s.SSE.SentContext(o.Encryption)
	sse.SetHeaders(h, sse.Report(kept, o.Headers), context)
	for _, name := range []string{"Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"} {
		if v := r.Query.Get("response-" + strings.ToLower(name)); v != "" {
			h.Set(name, v)
		}
	}
	if strings.EqualFold(r.Header.Get("X-Amz-Checksum-Mode"), "ENABLED") && run.length == o.Size {
		s.setChecksums(h, o.Checksums, o.CRC64NVME)
	}
	if run.parts > 0 {
		h.Set("X-Amz-Mp-Parts-Count", strconv.Itoa(run.parts))
	}
	if run.status == http.StatusPartialContent {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", run.off, run.off+run.length-1, o.Size))
	}
	h.Set("Content-Length", strconv.FormatInt(run.length, 10))
}

// firstBytes are read before the status goes out, so that damage at the
// beginning is a clean 500; later damage cuts the connection.
const firstBytes = 64 << 10

func (s *Service) send(w http.ResponseWriter, r *wire.Request, reader *store.Reader) error {
	run, err := s.runOf(r, reader.Object, reader)
	if err != nil {
		return err
	}
	body := bufio.NewReaderSize(reader.Range(run.off, run.length), int(min(firstBytes, run.length)))
	if _, err := body.Peek(int(min(firstBytes, run.length))); err != nil && err != io.EOF {
		return s.readRefusal(err)
	}
	s.describe(w.Header(), r, reader.Object, run)
	w.WriteHeader(run.status)
	n, err := io.Copy(w, body)
	if err != nil {
		return fmt.Errorf("send object: %w", err)
	}
	if n != run.length {
		return fmt.Errorf("send object: %d bytes of %d: %w", n, run.length, io.ErrUnexpectedEOF)
	}
	return nil
}

// run is the stretch of an object that an answer carries.
type run struct {
	off, length int64
	status      int
	parts       int // x-amz-mp-parts-count, 0 for none
}

// runOf reads Range and partNumber. A Range that is not understood is ignored,
// as RFC 9110 asks; one that lies outside is 416.
func (s *Service) runOf(r *wire.Request, o store.Object, parts *store.Reader) (run, error) {
	all := run{length: o.Size, status: http.StatusOK}
	if r.Query.Has("partNumber") && r.Has("Range") && !s.Personality.IgnorePartNumber {
		return all, s3.BadRequest("Cannot specify both Range header and partNumber query parameter")
	}
	if n, err := s.partAsked(r); err != nil || n > 0 && parts != nil {
		if err != nil {
			return all, err
		}
		off, length, ok := parts.PartRange(n)
		if !ok {
			return all, s3.Refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable.")
		}
		status := http.StatusPartialContent
		if length == 0 {
			status = http.StatusOK
		}
		return run{off: off, length: length, status: status, parts: o.PartCount}, nil
	}
	header := r.Header.Get("Range")
	off, length, ok := parseRange(header, o.Size)
	if !ok || r.Fault(faults.IgnoreRange) != nil {
		return all, nil
	}
	if length <= 0 {
		r.Answer.Set("Content-Range", "bytes */"+strconv.FormatInt(o.Size, 10))
		return all, s3.Refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable",
			s3.Field("RangeRequested", header), s3.Field("ActualObjectSize", strconv.FormatInt(o.Size, 10)))
	}
	if f := r.Fault(faults.OtherRange); f != nil {
		off = max(0, min(off+f.Bytes, o.Size-length))
	}
	return run{off: off, length: length, status: http.StatusPartialContent}, nil
}

// partAsked is the part that a read is about, 0 for none.
func (s *Service) partAsked(r *wire.Request) (int, error) {
	number := r.Query.Get("partNumber")
	if number == "" || s.Personality.IgnorePartNumber {
		return 0, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > store.MaxPartNumber {
		return 0, s3.BadArgument("Part number must be an integer between 1 and 10000, inclusive.", "partNumber", number)
	}
	return n, nil
}

// parseRange reads a single "bytes=a-b", "bytes=a-" or "bytes=-n". ok is false
// for anything else, and for the last bytes of nothing, which are all there is
// (RFC 9110, section 14.1.2); a length of 0 means that nothing of it lies inside.
func parseRange(header string, size int64) (off, length int64, ok bool) {
	set, found := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(set, "-")
	if !found || !dash || strings.Contains(set, ",") {
		return 0, 0, false
	}
	if first == "" {
		n, err := strconv.ParseUint(last, 10, 63)
		if err != nil {
			return 0, 0, false
		}
		length = min(int64(n), size)
		return size - length, length, n == 0 || size > 0
	}
	from, err := strconv.ParseUint(first, 10, 63)
	if err != nil {
		return 0, 0, false
	}
	to := uint64(size) - 1
	if last != "" {
		if to, err = strconv.ParseUint(last, 10, 63); err != nil || to < from {
			return 0, 0, false
		}
	}
	if from >= uint64(size) {
		return 0, 0, true
	}
	return int64(from), int64(min(to, uint64(size)-1)-from) + 1, true
}
