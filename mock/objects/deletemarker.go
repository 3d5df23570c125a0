package objects

import (
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// MarkerRefusal gives a delete marker the refusal and the headers of S3. What would
// change the object is not allowed on a marker, whether it is named or not.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
func (s *Service) MarkerRefusal(r *wire.Request, err error) error {
	var marker *store.DeleteMarkerError
	if !errors.As(err, &marker) {
		return err
	}
	changes := (r.Method == http.MethodPut || r.Method == http.MethodDelete) && r.Header.Get("X-Amz-Copy-Source") == ""
	if marker.Named || !changes && !s.Personality.SilentMarkers {
		r.Answer.Set(s3.HeaderMarker, "true")
		r.Answer.Set(s3.HeaderVersion, marker.VersionID)
	}
	if !marker.Named && !changes {
		return s3.Refuse(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.", s3.Field("Key", marker.Key))
	}
	if r.Op == "GetObject" || r.Op == "HeadObject" {
		r.Answer.Set("Last-Modified", marker.Modified.UTC().Format(http.TimeFormat))
	}
	r.Answer.Set("Allow", http.MethodDelete)
	return s3.Refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.",
		s3.Field("Method", r.Method), s3.Field("ResourceType", "DeleteMarker"))
}
