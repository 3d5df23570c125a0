package client

import (
	"context"
	"time"
)

// A Linker makes links that let others read or write one object without an account. A
// Store that can implements Linker too ([As]).
type Linker interface {
	// Link signs a request that anybody may send until it expires, by GET or PUT. Nothing
	// is sent: whether the object is there, and whether the account may do it, is found
	// out by whoever uses the link. SSE-C is refused (KindRefused): the key would have
	// to go along.
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
	Link(ctx context.Context, at Location, o LinkOptions) (Link, error)
}

// LinkOp is what the making of a link is called where it is refused.
const LinkOp = "presign"

// MaxLink is the longest a link may be good for.
const MaxLink = 7 * 24 * time.Hour

// LinkOptions say what a link is for.
type LinkOptions struct {
	Method    string // GET or PUT
	For       time.Duration
	VersionID string // of a GET
	// Encryption is what a PUT asks for, Inherit for nothing. It is in the signature, so
	// that nobody can leave it out.
	Encryption  Encryption
	ContentType string // of a PUT; "" leaves it to whoever uses the link
	// Disposition has a GET answered with this Content-Disposition, "" as it is stored.
	Disposition string
}

// A Link is a signed request. Whoever has it may use it.
type Link struct {
	URL     string
	Method  string
	Expires time.Time
	// Sooner says that the credentials are temporary and end before the link would, or
	// may: Expires is when they end, where that is known, else MayEnd says that they may.
	Sooner, MayEnd bool
	// Headers are those that have to be sent with it, as they are.
	Headers map[string]string
}
