package mock_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/mock"
)

// upload is what the example's reader wants to test.
func upload(ctx context.Context, client *s3.Client, bucket, key, content, kmsKey string) error {
	_, err := client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String(key), Body: strings.NewReader(content),
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: aws.String(kmsKey),
	})
	return err
}

func newClient(url string, ca []byte, accessKey, secretKey string) *s3.Client {
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(ca)
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(url), UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
		HTTPClient:  &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}},
	})
}

func TestTheReportIsEncryptedUnderItsKey(t *testing.T) {
	e := mock.Start(t) // TLS, a bucket "bucket", a KMS key "alias/demo"
	client := newClient(e.URL, e.CA, e.AccessKey, e.SecretKey)
	key := e.NamedKeys()[0]

	if err := upload(t.Context(), client, "bucket", "q3.txt", "quarterly figures", key.Alias); err != nil {
		t.Fatal(err)
	}

	head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: aws.String("q3.txt")})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(head.SSEKMSKeyId); got != key.ARN {
		t.Errorf("encrypted under %q, not under %q", got, key.ARN)
	}
}

// In a test, t is the test's own.
func ExampleStart() {
	var t *testing.T

	e := mock.Start(t)
	client := newClient(e.URL, e.CA, e.AccessKey, e.SecretKey)
	key := e.NamedKeys()[0].ARN

	_ = upload(t.Context(), client, "bucket", "report.txt", "figures", key)
}

func TestTheGoOfThePageIsTheGoOfThisFile(t *testing.T) {
	here, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join("..", "docs", "mocks3-in-ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "\n```go\n")[1:]
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of Go in the page", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "\n```\n")
		if !strings.Contains(string(here), block) {
			t.Errorf("not compiled and run here:\n%s", block)
		}
	}
}
