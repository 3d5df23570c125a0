package objects

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
)

func (s *Service) getObjectTagging(w http.ResponseWriter, r *wire.Request) error {
	o, err := s.Store.Stat(r.Context(), r.Bucket, r.Key, r.Version())
	if err != nil {
		return err
	}
	wire.SetReadVersion(w.Header(), r, o)
	doc := s3.Tagging{Xmlns: s3.Namespace}
	for _, name := range slices.Sorted(maps.Keys(o.Tags)) {
		doc.TagSet.Tag = append(doc.TagSet.Tag, struct{ Key, Value string }{name, o.Tags[name]})
	}
	return wire.WriteXML(w, doc)
}

func (s *Service) putObjectTagging(w http.ResponseWriter, r *wire.Request) error {
	raw, err := wire.ReadChecked(r, true)
	if err != nil {
		return err
	}
	tags, err := readTags(raw)
	if err != nil {
		return err
	}
	o, err := s.Store.SetTags(r.Context(), r.Bucket, r.Key, r.Version(), tags)
	if err != nil {
		return err
	}
	wire.SetReadVersion(w.Header(), r, o)
	w.WriteHeader(http.StatusOK)
	return nil
}

// readTags reads a Tagging document.
func readTags(raw []byte) (map[string]string, error) {
	var doc s3.Tagging
	if err := xml.Unmarshal(raw, &doc); err != nil {
		return nil, s3.MalformedXML()
	}
	tags := map[string]string{}
	for _, t := range doc.TagSet.Tag {
		if _, twice := tags[t.Key]; twice {
			return nil, s3.Refuse(400, "InvalidTag", "Cannot provide multiple Tags with the same key", s3.Field("TagKey", t.Key))
		}
		tags[t.Key] = t.Value
	}
	return tags, checkTags(tags)
}

func (s *Service) deleteObjectTagging(w http.ResponseWriter, r *wire.Request) error {
	o, err := s.Store.SetTags(r.Context(), r.Bucket, r.Key, r.Version(), nil)
	if err != nil {
		return err
	}
	wire.SetReadVersion(w.Header(), r, o)
	return wire.NoContent(w)
}
