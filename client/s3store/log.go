package s3store

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/logging"

	"github.com/bucketseal/bucketseal/client"
)

const redacted = "redacted"

// sdkLog turns a slog.Logger into the SDK's, with secrets taken out. The SDK
// writes whole requests and canonical strings, SSE-C keys and session tokens
// included, so what it writes is cleaned by header name and by value.
func sdkLog(o Options, h *hidden) (logging.Logger, aws.ClientLogMode) {
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
		o.Log.Log(context.Background(), level, redact(redactShapes(fmt.Sprintf(format, v...)), h.secrets()...))
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

// redact takes known secrets out of a text that came from elsewhere. Those too
// short to be told from parts of words, which only servers at home have, go where
// they stand alone; a secret of three characters or less hides nothing by being
// hidden, and every "a" of a message would be gone.
func redact(s string, secrets ...client.Secret) string {
	const long, short = 8, 4
	for _, secret := range secrets {
		switch value := secret.Reveal(); {
		case len(value) >= long:
			s = strings.ReplaceAll(s, value, redacted)
		case len(value) >= short:
			s = redactWord(s, value)
		}
	}
	return s
}

// redactWord takes a word out wherever no letter or digit touches it.
func redactWord(s, word string) string {
	touches := func(r rune, _ int) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	var out strings.Builder
	kept := 0 // up to here s is in out
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return out.String() + s[kept:]
		}
		start, end := from+i, from+i+len(word)
		from = start + 1
		if touches(utf8.DecodeLastRuneInString(s[:start])) || touches(utf8.DecodeRuneInString(s[end:])) {
			continue
		}
		out.WriteString(s[kept:start] + redacted)
		kept, from = end, end
	}
}
