package s3store

import "github.com/aws/smithy-go/middleware"

// unsignEncoding leaves Accept-Encoding to the watchdog, which sets it after the
// request was signed. The SDK signs it, and front ends of all kinds (Cloudflare,
// Google, nginx) rewrite it on the way: every signature would be wrong there.
func unsignEncoding(stack *middleware.Stack) error {
	const id = "DisableAcceptEncodingGzip"
	if _, there := stack.Finalize.Get(id); !there {
		return nil
	}
	_, err := stack.Finalize.Remove(id)
	return err
}
