package mock

import (
	"encoding/xml"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/store"
)

func (s *Server) deleteObjects(w http.ResponseWriter, r *request) error {
	raw, err := smallBody(r, true)
	if err != nil {
		return err
	}
	var doc struct {
		XMLName xml.Name `xml:"Delete"`
		Quiet   bool
		Object  []struct {
			Key       string
			VersionID string `xml:"VersionId"`
			ETag      string
		}
	}
	if err := xml.Unmarshal(raw, &doc); err != nil || len(doc.Object) == 0 || len(doc.Object) > maxKeys {
		return malformedXML()
	}
	if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
		return err
	}
	type deleted struct {
		Key             string
		VersionID       string `xml:"VersionId,omitempty"`
		DeleteMarker    *bool
		MarkerVersionID string `xml:"DeleteMarkerVersionId,omitempty"`
	}
	type failed struct {
		Key, Code, Message string
		VersionID          string `xml:"VersionId,omitempty"`
	}
	out := struct {
		XMLName xml.Name `xml:"DeleteResult"`
		Xmlns   string   `xml:"xmlns,attr"`
		Deleted []deleted
		Error   []failed
	}{Xmlns: namespace}
	for _, o := range doc.Object {
		var done store.Deleted
		changed := s.faults.Changing(r.Context(), s.store, r.bucket, o.Key)
		err := s.may(r, need{"s3:" + onVersion("DeleteObject", o.VersionID), address{r.bucket, o.Key}})
		if err == nil && r.bypasses() {
			err = s.may(r, need{"s3:BypassGovernanceRetention", address{r.bucket, o.Key}})
		}
		if err == nil {
			done, err = s.store.Delete(r.Context(), store.DeleteRequest{Bucket: r.bucket, Key: o.Key, VersionID: o.VersionID, Bypass: r.bypasses(), IfMatch: o.ETag})
		}
		changed(err)
		switch {
		case err != nil:
			e := refusal(s.personality, err)
			out.Error = append(out.Error, failed{o.Key, e.Code, e.Message, o.VersionID})
		case !doc.Quiet:
			d := deleted{Key: o.Key, VersionID: o.VersionID}
			if done.VersionID != "" {
				d.DeleteMarker = &done.DeleteMarker
			}
			if done.DeleteMarker {
				d.MarkerVersionID = done.VersionID
			}
			out.Deleted = append(out.Deleted, d)
		}
	}
	return writeXML(w, out)
}
