package personality

import (
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// wording is a refusal of AWS's in another server's words.
type wording struct {
	of  string // what AWS's message holds
	say *sigv4.Error
}

// wordings are those of the servers that have their own.
var wordings = map[Words][]wording{WordsOfMinIO: minioWords()}

// Reworded puts a refusal into the personality's words. A %s in them is what the
// request is about, BUCKET/KEY.
func (p Personality) Reworded(e *sigv4.Error, about string) *sigv4.Error {
	for _, w := range wordings[p.Words] {
		if strings.Contains(e.Message, w.of) {
			say := *w.say
			say.Message = strings.ReplaceAll(say.Message, "%s", about)
			return &say
		}
	}
	return e
}

// minioWords were measured on MinIO 2026-02-12.
func minioWords() []wording {
	argument := func(reason string) *sigv4.Error {
		return s3.Refuse(400, "InvalidArgument", "Invalid arguments provided for %s: ("+reason+")")
	}
	denied := s3.Refuse(403, "AccessDenied", "Access Denied.")
	return []wording{
		{"The encryption method specified is not supported", argument("The encryption method is not supported")},
		{"requires HTTP header x-amz-server-side-encryption : aws:kms", argument("The encryption method is not supported")},
		{"The Encryption request you specified is not valid. Supported value: AES256.", argument("The SSE-C algorithm is not supported")},
		{"The calculated MD5 hash of the key did not match", argument("The provided SSE-C key MD5 does not match the computed MD5 of the SSE-C key")},
		{"shall be Base64-encoded UTF-8", argument("illegal base64 data at input byte 0")},
		{"object protected by object lock", s3.Refuse(400, "InvalidRequest", "Object is WORM protected and cannot be overwritten")},
		{"must provide the correct secret key", denied},
		{"did not match the ones used originally", denied},
		{"you specified did not match the calculated checksum", s3.Refuse(400, "XAmzContentChecksumMismatch", "The provided 'x-amz-checksum' header does not match what was computed.")},
		{"Bucket is missing Object Lock Configuration", s3.Refuse(400, "InvalidRequest", "Bucket is missing ObjectLockConfiguration")},
		{"Missing required header for this request: Content-MD5", s3.Refuse(400, "MissingContentMD5", "Missing or invalid required header for this request: Content-Md5 or Amz-Content-Checksum")},
	}
}

// CheckFileName refuses the names of objects that a server which keeps them as files
// cannot have.
func CheckFileName(key string) error {
	if key != "" && strings.Trim(key, "/") == "" {
		key = "/" // nothing but empty steps
	}
	badName := s3.Refuse(400, "XMinioInvalidObjectName", "Object name contains unsupported characters.")
	parts := strings.Split(strings.TrimSuffix(strings.TrimLeft(key, "/"), "/"), "/")
	for _, part := range parts {
		switch {
		case part == "." || part == "..":
			return s3.Refuse(400, "XMinioInvalidResourceName", `Resource name contains bad components such as ".." or ".".`)
		case part == "" && key != "", len(part) > 255, strings.Contains(part, "\x00"):
			return badName
		}
	}
	return nil
}
