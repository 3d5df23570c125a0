package mock

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"

	"github.com/bucketseal/bucketseal/mock/store"
)

// nullVersion is the id of what was written while nothing was versioned.
const nullVersion = "null"

// mfaConfig keeps that MFA delete was said to be off: S3 tells of it only then.
const mfaConfig = "mfa-delete"

type versioningDocument struct {
	XMLName   xml.Name         `xml:"VersioningConfiguration"`
	Xmlns     string           `xml:"xmlns,attr,omitempty"`
	Status    store.Versioning `xml:",omitempty"`
	MfaDelete string           `xml:",omitempty"`
}

func (s *Server) getBucketVersioning(w http.ResponseWriter, r *request) error {
	b, err := s.store.HeadBucket(r.Context(), r.bucket)
	if err != nil {
		return err
	}
	mfa, err := s.store.BucketConfig(r.Context(), r.bucket, mfaConfig)
	if err != nil && !errors.Is(err, store.ErrNoSuchConfig) {
		return err
	}
	return writeXML(w, versioningDocument{Xmlns: namespace, Status: b.Versioning, MfaDelete: string(mfa)})
}

// putBucketVersioning enables or suspends. MFA delete cannot be switched on: nobody
// here has a device.
func (s *Server) putBucketVersioning(w http.ResponseWriter, r *request) error {
	var doc versioningDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
		return err
	}
	switch doc.Status {
	case store.Enabled, store.Suspended:
	case store.Unversioned:
		return refuse(http.StatusBadRequest, "IllegalVersioningConfigurationException", "The Versioning element must be specified")
	default:
		return malformedXML()
	}
	switch doc.MfaDelete {
	case "", "Disabled":
	case "Enabled":
		return refuse(http.StatusForbidden, "AccessDenied", "Mfa Authentication must be used for this request")
	default:
		return malformedXML()
	}
	if err := s.store.SetVersioning(r.Context(), r.bucket, doc.Status); err != nil {
		return err
	}
	if doc.MfaDelete != "" {
		if err := s.store.SetBucketConfig(r.Context(), r.bucket, mfaConfig, []byte(doc.MfaDelete)); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// setWritten tells which version a write made; the version "null" is not told.
func setWritten(h http.Header, o store.Object) {
	if o.VersionID != nullVersion {
		h.Set(headerVersion, o.VersionID)
	}
}

// setRead tells which version was read, of a bucket that is or was versioned or
// where the request named one.
func setRead(h http.Header, r *request, o store.Object) {
	if o.Versioned || r.version() != "" {
		h.Set(headerVersion, o.VersionID)
	}
}

// setSource tells which version was copied.
func setSource(h http.Header, from source, o store.Object) {
	if o.Versioned || from.version != "" {
		h.Set("X-Amz-Copy-Source-Version-Id", o.VersionID)
	}
}

// version that a request names.
func (r *request) version() string { return r.query.Get("versionId") }

// writesVersions are the operations which make versions and cannot be asked for one.
var writesVersions = []string{"PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload"}

// checkVersion refuses a version id where there can be none.
func checkVersion(r *request) error {
	switch {
	case !r.query.Has("versionId"):
		return nil
	case r.level() != "object" || slices.Contains(writesVersions, r.op):
		return badArgument("This operation does not accept a version-id.", "versionId", r.version())
	case r.version() == "":
		return badArgument("Version id cannot be the empty string", "versionId", "")
	}
	return nil
}

// markerRefusal gives a delete marker the refusal and the headers of S3. What would
// change the object is not allowed on a marker, whether it is named or not.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
func (s *Server) markerRefusal(r *request, err error) error {
	var marker *store.DeleteMarkerError
	if !errors.As(err, &marker) {
		return err
	}
	changes := (r.Method == http.MethodPut || r.Method == http.MethodDelete) && r.Header.Get("X-Amz-Copy-Source") == ""
	if marker.Named || !changes && !s.personality.SilentMarkers {
		r.answer.Set(headerMarker, "true")
		r.answer.Set(headerVersion, marker.VersionID)
	}
	if !marker.Named && !changes {
		return refuse(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.", field("Key", marker.Key))
	}
	if r.op == "GetObject" || r.op == "HeadObject" {
		r.answer.Set("Last-Modified", marker.Modified.UTC().Format(http.TimeFormat))
	}
	r.answer.Set("Allow", http.MethodDelete)
	return refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.",
		field("Method", r.Method), field("ResourceType", "DeleteMarker"))
}

// ofSource gives a version that cannot be copied the answer of copies.
func ofSource(err error) error {
	var marker *store.DeleteMarkerError
	if errors.As(err, &marker) && marker.Named {
		return badRequest("The source of a copy request may not specifically refer to a delete marker by version id.")
	}
	var invalid *store.InvalidVersionIDError
	if errors.As(err, &invalid) {
		return badArgument("Invalid version id specified", "x-amz-copy-source", invalid.VersionID)
	}
	return err
}

// versionActions are the permissions that a request for one version needs in place
// of those for the object.
var versionActions = map[string]string{
	"GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion",
	"GetObjectTagging": "GetObjectVersionTagging", "PutObjectTagging": "PutObjectVersionTagging", "DeleteObjectTagging": "DeleteObjectVersionTagging",
	"GetObjectAttributes": "GetObjectVersionAttributes", "GetObjectAcl": "GetObjectVersionAcl", "PutObjectAcl": "PutObjectVersionAcl",
}

// onVersion is the permission for an action on a version, or on no one in particular.
func onVersion(action, version string) string {
	if other, ok := versionActions[action]; ok && version != "" {
		return other
	}
	return action
}
