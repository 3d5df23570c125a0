package s3store

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A form says how the text of an element must look for the SDK: it gives the
// text in that form, "" where there is no such form and the field counts as not
// told.
type form func(string) string

// fields are the elements of answers that the SDK reads as something else than
// text. IsTruncated is not among them: whether there is more is never guessed.
var fields = map[string]form{
	"LastModified": readDate, "CreationDate": readDate, "Initiated": readDate, "AbortDate": readDate,
	"Size": readNumber, "PartNumber": readNumber, "MaxKeys": readNumber, "KeyCount": readNumber, "MaxParts": readNumber,
	"MaxUploads": readNumber, "MaxBuckets": readNumber, "PartsCount": readNumber,
	"Owner": readNothing, "Initiator": readNothing, "RestoreStatus": readNothing,
	"IsLatest": readTruth, "BucketKeyEnabled": readTruth, "DeleteMarker": readTruth,
}

// mend rewrites the fields of a document that the SDK could not read, and drops
// those nobody could. The error says that it is no XML.
func mend(raw []byte) ([]byte, error) {
	d := xml.NewDecoder(bytes.NewReader(raw))
	var out bytes.Buffer
	var copied int64 // raw[:copied] is in out already, mended
	for {
		start := d.InputOffset()
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			out.Write(raw[copied:])
			return out.Bytes(), nil
		case err != nil:
			return nil, err
		}
		e, ok := t.(xml.StartElement)
		if !ok || fields[e.Name.Local] == nil {
			continue
		}
		var field struct {
			Text string `xml:",chardata"`
		}
		if err := d.DecodeElement(&field, &e); err != nil {
			return nil, err
		}
		out.Write(raw[copied:start])
		copied = d.InputOffset()
		if text := fields[e.Name.Local](strings.TrimSpace(field.Text)); text != "" {
			out.WriteString("<" + e.Name.Local + ">" + text + "</" + e.Name.Local + ">")
		}
	}
}

// readNothing drops what nobody here asks for.
func readNothing(string) string { return "" }

func readNumber(s string) string {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func readTruth(s string) string {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return ""
	}
	return strconv.FormatBool(b)
}

func readDate(s string) string {
	t := parseDate(s)
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// dates are the forms in which servers write them, of documents and of headers.
var dates = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999Z0700", "20060102T150405Z", http.TimeFormat, time.RFC1123, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 MST",
	time.RFC850, time.ANSIC, time.UnixDate, "2006-01-02",
}

// parseDate reads a date, the zero time for none. A time without a zone is UTC.
func parseDate(s string) time.Time {
	s = strings.TrimSpace(s)
	forms := dates
	switch {
	case s == "":
		return time.Time{}
	case s[0] >= 'A': // a day of the week
		forms = dates[slices.Index(dates, http.TimeFormat):]
	}
	for _, form := range forms {
		if t, err := time.Parse(form, s); err == nil && t.Year() > 1 && t.Year() < 10_000 {
			return t.UTC()
		}
	}
	return time.Time{}
}
