package wire

import (
	"encoding/xml"
	"net/http"
	"strconv"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
)

// NoContent answers 204.
func NoContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// nullVersion is the id of what was written while nothing was versioned.
const nullVersion = "null"

// SetWrittenVersion tells which version a write made; the version "null" is not told.
func SetWrittenVersion(h http.Header, o store.Object) {
	if o.VersionID != nullVersion {
		h.Set(s3.HeaderVersion, o.VersionID)
	}
}

// SetReadVersion tells which version was read, of a bucket that is or was versioned or
// where the request named one.
func SetReadVersion(h http.Header, r *Request, o store.Object) {
	if o.Versioned || r.Version() != "" {
		h.Set(s3.HeaderVersion, o.VersionID)
	}
}

// WriteXML answers 200 with a document.
func WriteXML(w http.ResponseWriter, document any) error {
	raw, err := xml.Marshal(document)
	if err != nil {
		return err
	}
	return WriteRawXML(w, raw)
}

// WriteRawXML answers 200 with a document that is marshalled already.
func WriteRawXML(w http.ResponseWriter, raw []byte) error {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(xml.Header)+len(raw)))
	_, err := w.Write(append([]byte(xml.Header), raw...))
	return err
}
