package s3store

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/logging"

	"github.com/bucketseal/bucketseal/client"
)

const redacted = "redacted"

// sdkLog turns a slog.Logger into the SDK's, with secrets taken out. The SDK
// writes whole requests and canonical strings, SSE-C keys and session tokens
// included, so what it writes is cleaned by header name and by value.
func sdkLog(o Options, secrets []client.Secret) (logging.Logger, aws.ClientLogMode) {
	if o.Log == nil {
		return logging.Nop{}, 0
	}
	mode := o.logMode
	if o.Log.Enabled(context.Background(), slog.LevelDebug) {
		mode |= aws.LogRetries | aws.LogRequest | aws.LogResponse
	}
	return logging.LoggerFunc(func(c logging.Classification, format string, v ...any) {
		level := slog.LevelDebug
		if c == logging.Warn {
			level = slog.LevelWarn
		}
		o.Log.Log(context.Background(), level, redact(redactShapes(fmt.Sprintf(format, v...)), secrets...))
	}), mode
}

// secretHeaders matches the headers, and query parameters of signed URLs, that
// carry secrets, in requests and in canonical strings.
var secretHeaders = regexp.MustCompile(
	`(?i)(x-amz-(?:copy-source-)?server-side-encryption-customer-key|x-amz-security-token|authorization|x-amz-signature)(\s*[:=]\s*)[^\r\n&]*`)

// keyMaterial matches 32 bytes in base64, which is what an SSE-C key looks like
// wherever a server quotes it. A SHA-256 looks the same and goes too.
var keyMaterial = regexp.MustCompile(`(^|[^A-Za-z0-9+/=])[A-Za-z0-9+/]{43}=`)

func redactShapes(s string) string {
	s = secretHeaders.ReplaceAllString(s, "${1}${2}"+redacted)
	return keyMaterial.ReplaceAllString(s, "${1}"+redacted)
}

// redact takes known secrets out of a text that came from elsewhere.
func redact(s string, secrets ...client.Secret) string {
	for _, secret := range secrets {
		if !secret.IsZero() {
			s = strings.ReplaceAll(s, secret.Reveal(), redacted)
		}
	}
	return s
}
