package mock

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
)

type tagDocument struct {
	XMLName xml.Name `xml:"Tagging"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	TagSet  struct {
		Tag []struct{ Key, Value string }
	}
}

func (s *Server) getObjectTagging(w http.ResponseWriter, r *request) error {
	o, err := s.store.Stat(r.Context(), r.bucket, r.key, r.version())
	if err != nil {
		return err
	}
	setRead(w.Header(), r, o)
	doc := tagDocument{Xmlns: namespace}
	for _, name := range slices.Sorted(maps.Keys(o.Tags)) {
		doc.TagSet.Tag = append(doc.TagSet.Tag, struct{ Key, Value string }{name, o.Tags[name]})
	}
	return writeXML(w, doc)
}

func (s *Server) putObjectTagging(w http.ResponseWriter, r *request) error {
	raw, err := smallBody(r, true)
	if err != nil {
		return err
	}
	tags, err := readTags(raw)
	if err != nil {
		return err
	}
	o, err := s.store.SetTags(r.Context(), r.bucket, r.key, r.version(), tags)
	if err != nil {
		return err
	}
	setRead(w.Header(), r, o)
	w.WriteHeader(http.StatusOK)
	return nil
}

// readTags reads a Tagging document.
func readTags(raw []byte) (map[string]string, error) {
	var doc tagDocument
	if err := xml.Unmarshal(raw, &doc); err != nil {
		return nil, malformedXML()
	}
	tags := map[string]string{}
	for _, t := range doc.TagSet.Tag {
		if _, twice := tags[t.Key]; twice {
			return nil, refuse(400, "InvalidTag", "Cannot provide multiple Tags with the same key", field("TagKey", t.Key))
		}
		tags[t.Key] = t.Value
	}
	return tags, checkTags(tags)
}

func (s *Server) deleteObjectTagging(w http.ResponseWriter, r *request) error {
	o, err := s.store.SetTags(r.Context(), r.bucket, r.key, r.version(), nil)
	if err != nil {
		return err
	}
	setRead(w.Header(), r, o)
	return noContent(w)
}
