package objects

import (
	"encoding/xml"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

func (s *Service) deleteObjects(w http.ResponseWriter, r *wire.Request) error {
	raw, err := wire.ReadChecked(r, true)
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
		return s3.MalformedXML()
	}
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
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
	}{Xmlns: s3.Namespace}
	for _, o := range doc.Object {
		var done store.Deleted
		changed := s.Faults.BeforeChange(r.Context(), s.Store, r.Bucket, o.Key)
		err := s.Access.Require(r, access.Permission{Action: "s3:" + access.OnVersion("DeleteObject", o.VersionID), On: wire.Address{Bucket: r.Bucket, Key: o.Key}})
		if err == nil && r.BypassesGovernance() {
			err = s.Access.Require(r, access.Permission{Action: "s3:BypassGovernanceRetention", On: wire.Address{Bucket: r.Bucket, Key: o.Key}})
		}
		if err == nil {
			done, err = s.Store.Delete(r.Context(), store.DeleteRequest{Bucket: r.Bucket, Key: o.Key, VersionID: o.VersionID, Bypass: r.BypassesGovernance(), IfMatch: o.ETag})
		}
		changed(err)
		switch {
		case err != nil:
			e := wire.Refusal(s.Personality, err)
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
	return wire.WriteXML(w, out)
}
