package storetest

import (
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A Server is what a kind of server can do, as far as a Store cannot make up for
// it. The zero value of each field is the oldest server of scripts/interop.sh.
type Server struct {
	ManagedKey bool // SSE-KMS works without naming a key
	SSES3      bool // SSE-S3 encrypts, and is reported
	DSSE       bool // so does DSSE-KMS
	BucketKeys bool // bucket keys are reported
	Checksums  bool // checksums in requests are verified, kept and shown
	// Conditions: uploads in parts know If-Match and If-None-Match, and so do
	// deletions; single writes do everywhere.
	Conditions bool
	// StrictCustomerKey: an SSE-C key for an object stored otherwise is refused
	// rather than ignored.
	StrictCustomerKey bool
	// FileNames: names that no file has are refused; see Takes.
	FileNames bool
	// WholeObjects: an object is sent whole, whatever part of it is asked for.
	WholeObjects bool
	// DeleteMarkers: where a marker hides an object, HEAD and GET say so.
	DeleteMarkers bool
	// DefaultEncryption is what a new bucket reports; not told where the server
	// has no such call.
	DefaultEncryption client.Reported
}

// The servers this program is held against.
var (
	AWS = Server{
		ManagedKey: true, SSES3: true, DSSE: true, BucketKeys: true, Checksums: true, Conditions: true, StrictCustomerKey: true,
		DeleteMarkers:     true,
		DefaultEncryption: client.ReportedFrom("AES256", "", false, "", ""),
	}
	Ceph  = Server{} // 16.2
	MinIO = Server{
		ManagedKey: true, SSES3: true, Checksums: true, Conditions: true, StrictCustomerKey: true, FileNames: true,
		DeleteMarkers:     true,
		DefaultEncryption: client.ReportedFrom("", "", false, "", ""),
	}
)

// Servers are the servers by the names that BUCKETSEAL_INTEROP_SERVER has.
var Servers = map[string]Server{"aws": AWS, "ceph": Ceph, "minio": MinIO}

// Takes reports whether the server can have an object of this name. One that
// keeps objects as files refuses empty, dotted and long steps.
func (s Server) Takes(key string) bool {
	return !s.FileNames || !slices.ContainsFunc(strings.Split(strings.TrimSuffix(key, "/"), "/"), func(step string) bool {
		return step == "" || step == "." || step == ".." || len(step) > 255
	})
}
