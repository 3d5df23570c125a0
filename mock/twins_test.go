package mock_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// twin is one of two servers that are asked the same: a real one and its
// personality here.
type twin struct {
	*mock.Endpoint
	t      *testing.T
	bucket string
	saved  map[string]string // what a step needs of an earlier one
}

// twins are the real server of scripts/interop.sh and its personality, with a
// bucket for each.
func twins(t *testing.T) (theirs, ours *twin) {
	t.Helper()
	if os.Getenv("BUCKETSEAL_INTEROP_ENDPOINT") == "" {
		t.Skip("no real server: run make interop")
	}
	personality := map[string]string{"ceph": "ceph16", "minio": "minio"}[os.Getenv("BUCKETSEAL_INTEROP_SERVER")]
	require.NotEmpty(t, personality, "which personality is it?")
	e := mock.Start(t, mock.As(personality), mock.With(func(c *mock.Config) {
		c.Keys = []mock.KeySpec{{ID: os.Getenv("BUCKETSEAL_INTEROP_KEY")}}
	}))
	ca, err := os.ReadFile(os.Getenv("BUCKETSEAL_INTEROP_CA"))
	require.NoError(t, err)
	server := &mock.Endpoint{
		Server: e.Server, URL: os.Getenv("BUCKETSEAL_INTEROP_ENDPOINT"), CA: ca,
		AccessKey: os.Getenv("AWS_ACCESS_KEY_ID"), SecretKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
	}
	bucket := fmt.Sprintf("twin-%d", os.Getpid())
	return &twin{server, t, bucket, map[string]string{}}, &twin{e, t, bucket, map[string]string{}}
}

// ask sends a request about the bucket or, with a path, what is in it.
func (w *twin) ask(method, path, body string, header map[string]string) said {
	w.t.Helper()
	resp := raw(w.t, w.Endpoint, method, "/"+w.bucket+path, body, header)
	text, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	return said{resp.StatusCode, resp.Header, string(text), body, w.bucket}
}

// said is an answer.
type said struct {
	status int
	header http.Header
	text   string
	sent   string
	bucket string
}

// told is what of an answer a client reads, a line each: the status, the code
// of a refusal, its words where clients tell by them, the root of a document,
// and the headers of encryption, checksums, ETag and user's metadata.
func (a said) told() []string {
	told := append([]string{fmt.Sprint(a.status)}, a.document()...)
	for _, name := range slices.Sorted(maps.Keys(a.header)) {
		switch v := a.header.Get(name); {
		case name == "Etag":
			told = append(told, "etag "+a.form(v))
		case name == "X-Amz-Version-Id":
			told = append(told, "a version id")
		case regexp.MustCompile(`^(X-Amz-(Server-Side|Checksum|Meta|Mp-Parts)|Content-Range)`).MatchString(name):
			told = append(told, strings.ToLower(name)+" "+v)
		}
	}
	for i := range told {
		told[i] = strings.ReplaceAll(told[i], a.bucket, "BUCKET")
	}
	return told
}

func (a said) document() []string {
	var doc struct {
		XMLName       xml.Name
		Code, Message string
		ETag          string
		Inner         string `xml:",innerxml"`
	}
	if err := xml.Unmarshal([]byte(a.text), &doc); err != nil {
		if a.status < 300 && a.text != "" {
			return []string{"body " + a.text[:min(20, len(a.text))]}
		}
		return nil
	}
	told := []string{"root " + doc.XMLName.Local}
	if doc.Code != "" {
		told = append(told, "code "+doc.Code)
	}
	if slices.Contains([]string{"AccessDenied", "InvalidRequest", "InvalidArgument"}, doc.Code) {
		told = append(told, "words "+strings.TrimSuffix(doc.Message, "."))
	}
	if n := strings.Count(doc.Inner, "<Upload>"); n > 0 {
		told = append(told, fmt.Sprintf("%d uploads", n))
	}
	if doc.ETag != "" {
		told = append(told, "document's etag "+a.form(doc.ETag))
	}
	for _, m := range regexp.MustCompile(`<(Checksum\w+)>([^<]*)<`).FindAllStringSubmatch(doc.Inner, -1) {
		told = append(told, "document's "+m[1]+" "+m[2])
	}
	return told
}

var digestForm = regexp.MustCompile(`^("?)([0-9a-f]{32})(-\d+)?("?)$`)

// form is what an ETag looks like: quoted or not, the MD5 of what was sent or
// something else, of parts or not.
func (a said) form(etag string) string {
	m := digestForm.FindStringSubmatch(strings.ReplaceAll(etag, "&#34;", `"`))
	if m == nil {
		return "odd " + etag
	}
	kind, sum := "other", md5.Sum([]byte(a.sent))
	if m[2] == hex.EncodeToString(sum[:]) {
		kind = "md5"
	}
	return m[1] + kind + m[3] + m[4]
}
