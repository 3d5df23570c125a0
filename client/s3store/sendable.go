package s3store

// An endpoint is a kind of server, as far as it decides which calls may be sent
// to it.
type endpoint string

const (
	endpointAWS     endpoint = "AWS"
	endpointCeph    endpoint = "Ceph"
	endpointMinIO   endpoint = "MinIO"
	endpointUnknown endpoint = "unknown" // may be any of the others but AWS, at its oldest
	anyEndpoint     endpoint = ""        // in the table: whatever the kind
)

// A permit says whether an operation may leave the process for a kind of
// endpoint, and because of what. Without an operation it is about all of them.
type permit struct {
	operation string
	at        endpoint
	sent      bool
	because   string
}

const (
	oldest = "it is as old as S3, or as its uploads in parts, and every server has it"
	reads  = "it is a GET, which changes nothing wherever it is not known; what answers it is looked at"
)

// permits are the whole of it: the first row that fits decides. A server that
// does not know a sub-resource may ignore it and run the bare verb, so that what
// is not named here is sent to AWS alone, which knows each call of its own SDK.
var permits = []permit{
	{"ListBuckets", anyEndpoint, true, oldest},
	{"HeadBucket", anyEndpoint, true, oldest},
	{"CreateBucket", anyEndpoint, true, oldest},
	{"DeleteBucket", anyEndpoint, true, oldest},
	{"ListObjects", anyEndpoint, true, oldest},
	{"HeadObject", anyEndpoint, true, oldest},
	{"GetObject", anyEndpoint, true, oldest},
	{"PutObject", anyEndpoint, true, oldest},
	{"CopyObject", anyEndpoint, true, oldest},
	{"DeleteObject", anyEndpoint, true, oldest},
	{"DeleteObjects", anyEndpoint, true, "without a form a POST to a bucket does nothing else"},
	{"CreateMultipartUpload", anyEndpoint, true, oldest},
	{"UploadPart", anyEndpoint, true, oldest},
	{"UploadPartCopy", anyEndpoint, true, oldest},
	{"ListParts", anyEndpoint, true, oldest},
	{"CompleteMultipartUpload", anyEndpoint, true, oldest},
	{"AbortMultipartUpload", anyEndpoint, true, oldest},
	{"ListMultipartUploads", anyEndpoint, true, reads},
	{"GetBucketLocation", anyEndpoint, true, reads},
	{"GetBucketVersioning", anyEndpoint, true, reads},
	{"GetBucketEncryption", anyEndpoint, true, reads},
	{"ListObjectsV2", anyEndpoint, true, reads},
	{"ListObjectVersions", anyEndpoint, true, reads},
	{"GetObjectTagging", anyEndpoint, true, reads},
	{"GetObjectAcl", anyEndpoint, true, reads},

	// Measured on Ceph 16, which says success to each but the last two.
	{"DeleteBucketEncryption", endpointCeph, false, "it deletes the bucket, if that is empty"},
	{"UpdateObjectEncryption", endpointCeph, false, "it replaces the object by the words of the request"},
	{"RenameObject", endpointCeph, false, "it empties the object that is there, and keeps the other"},
	{"PutObjectAnnotation", endpointCeph, false, "it replaces the object by the annotation"},
	{"DeleteObjectAnnotation", endpointCeph, false, "it deletes the object"},
	{"PutBucketEncryption", endpointCeph, false, "it does not have it"},
	{"GetObjectAttributes", endpointCeph, false, "it calls the signature wrong, as if the secret were"},

	{"", endpointAWS, true, "it knows each call of its own SDK"},
	{"", endpointMinIO, false, "nobody has measured what it makes of the calls it does not know"},
	{"", anyEndpoint, false, "a server that does not know a call may destroy the object or bucket instead"},
}

// fits reports whether a row is about an operation at a kind of endpoint. What
// one kind must not be sent, an unknown one is not either.
func (p permit) fits(operation string, at endpoint) bool {
	if p.operation != "" && p.operation != operation {
		return false
	}
	return p.at == anyEndpoint || p.at == at || at == endpointUnknown && !p.sent
}

// permitFor is the row that decides.
func permitFor(operation string, at endpoint) permit {
	for _, p := range permits {
		if p.fits(operation, at) {
			return p
		}
	}
	return permit{operation: operation, at: at, because: "no row is about it"}
}
