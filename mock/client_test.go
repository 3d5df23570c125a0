package mock_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// The AWS SDK is the judge of these tests: what it cannot read is wrong.

func httpClient(t testing.TB, e *mock.Endpoint) *http.Client {
	t.Helper()
	tr := &http.Transport{}
	if e.CA != nil {
		pool := x509.NewCertPool()
		require.True(t, pool.AppendCertsFromPEM(e.CA))
		tr.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func config(t testing.TB, e *mock.Endpoint) aws.Config {
	return aws.Config{
		Region: e.Region(), Credentials: credentials.NewStaticCredentialsProvider(e.AccessKey, e.SecretKey, ""),
		HTTPClient: httpClient(t, e), BaseEndpoint: aws.String(e.URL),
		RetryMaxAttempts:           1,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported, // as config.LoadDefaultConfig has it
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}
}

func s3Client(t testing.TB, e *mock.Endpoint, options ...func(*s3.Options)) *s3.Client {
	return s3.NewFromConfig(config(t, e), append(options, func(o *s3.Options) { o.UsePathStyle = true })...)
}

// required is the SDK's setting for servers that are not AWS.
func required(o *s3.Options) {
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
}

func kmsClient(t testing.TB, e *mock.Endpoint) *kms.Client { return kms.NewFromConfig(config(t, e)) }

var bg = context.Background()

func put(t testing.TB, c *s3.Client, key, body string, change ...func(*s3.PutObjectInput)) (*s3.PutObjectOutput, error) {
	t.Helper()
	in := &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String(key), Body: strings.NewReader(body)}
	for _, f := range change {
		f(in)
	}
	return c.PutObject(bg, in)
}

func mustPut(t testing.TB, c *s3.Client, key, body string, change ...func(*s3.PutObjectInput)) *s3.PutObjectOutput {
	t.Helper()
	out, err := put(t, c, key, body, change...)
	require.NoError(t, err)
	return out
}

func get(t testing.TB, c *s3.Client, key string, change ...func(*s3.GetObjectInput)) (string, *s3.GetObjectOutput, error) {
	t.Helper()
	in := &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String(key)}
	for _, f := range change {
		f(in)
	}
	out, err := c.GetObject(bg, in)
	if err != nil {
		return "", nil, err
	}
	defer out.Body.Close()
	raw, err := io.ReadAll(out.Body)
	return string(raw), out, err
}

func head(t testing.TB, c *s3.Client, key string) (*s3.HeadObjectOutput, error) {
	t.Helper()
	return c.HeadObject(bg, &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: aws.String(key)})
}

// refused asserts status, code and a piece of the message.
func refused(t testing.TB, err error, status int, code, message string) {
	t.Helper()
	var response *awshttp.ResponseError
	require.ErrorAs(t, err, &response)
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, code, api.ErrorCode(), err.Error())
	require.Equal(t, status, response.HTTPStatusCode(), err.Error())
	require.Contains(t, api.ErrorMessage(), message)
	require.NotEmpty(t, response.ServiceRequestID())
}

func status(err error) int {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// customer is an SSE-C key in the three forms of the headers.
type customer struct{ key, md5 *string }

func customerOf(b byte) customer {
	raw := bytes.Repeat([]byte{b}, 32)
	sum := md5.Sum(raw)
	return customer{aws.String(base64.StdEncoding.EncodeToString(raw)), aws.String(base64.StdEncoding.EncodeToString(sum[:]))}
}

// raw sends an S3 request signed by the SDK's signer with any headers.
func raw(t testing.TB, e *mock.Endpoint, method, path, body string, header map[string]string) *http.Response {
	t.Helper()
	return rawAt(t, e, method, path, body, header, time.Now())
}
