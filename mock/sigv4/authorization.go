package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// claim is what a request says about itself, before anything is believed.
type claim struct {
	accessKey string
	scope     scope
	signed    []string // lower case, as sent
	signature string
	stamp     string // x-amz-date
	at        time.Time
	presigned bool
	expires   time.Duration // presigned only
}

const maxExpiry = 7 * 24 * time.Hour

// parseClaim reads the Authorization header or the presigned query. A request
// with neither is anonymous and denied.
func parseClaim(r *http.Request, query url.Values) (claim, error) {
	header := r.Header.Get("Authorization")
	if query.Has("X-Amz-Algorithm") || query.Has("X-Amz-Signature") {
		if header != "" {
			return claim{}, refuse(http.StatusBadRequest, "InvalidArgument",
				"Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
				Field{"ArgumentName", "Authorization"})
		}
		return parsePresigned(query)
	}
	if header == "" && query.Has("AWSAccessKeyId") && query.Has("Signature") { // signature version 2
		return claim{}, unsupportedMechanism()
	}
	if header == "" {
		return claim{}, accessDenied("Access Denied.")
	}
	c, err := parseAuthorization(header)
	if err != nil {
		return claim{}, err
	}
	c.stamp = r.Header.Get("X-Amz-Date")
	if c.stamp == "" {
		at, err := http.ParseTime(r.Header.Get("Date"))
		if err != nil {
			return claim{}, accessDenied("AWS authentication requires a valid Date or x-amz-date header.")
		}
		c.stamp = at.UTC().Format(stampLayout)
	}
	c.at, err = time.Parse(stampLayout, c.stamp)
	if err != nil {
		return claim{}, accessDenied("AWS authentication requires a valid Date or x-amz-date header.")
	}
	return c, nil
}

// parseAuthorization reads "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...".
func parseAuthorization(header string) (claim, error) {
	kind, rest, spaced := strings.Cut(strings.TrimSpace(header), " ")
	switch {
	case !spaced:
		return claim{}, badField("Authorization", header, "Authorization header is invalid -- one and only one ' ' (space) required.")
	case kind == "AWS" || strings.HasPrefix(kind, "AWS4-ECDSA"):
		return claim{}, unsupportedMechanism()
	case kind != algorithm:
		return claim{}, badField("Authorization", kind, "Unsupported Authorization Type")
	}
	components := strings.Split(rest, ",")
	if len(components) != 3 {
		return claim{}, malformedHeader("the authorization header requires three components: Credential, SignedHeaders, and Signature.")
	}
	parts := map[string]string{}
	for _, part := range components {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return claim{}, malformedHeader("the authorization component \"" + strings.TrimSpace(part) + "\" is malformed.")
		}
		if _, twice := parts[name]; twice {
			return claim{}, malformedHeader(name + " is given twice.")
		}
		parts[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return claim{}, malformedHeader("missing " + name + ".")
		}
	}
	c := claim{signature: parts["Signature"]}
	var wrong string
	if c.accessKey, c.scope, wrong = parseCredential(parts["Credential"]); wrong != "" {
		return claim{}, malformedHeader(wrong)
	}
	var ok bool
	if c.signed, ok = parseSigned(parts["SignedHeaders"]); !ok {
		return claim{}, malformedHeader("the SignedHeaders are mal-formed; expecting lower-case names in order, with host.")
	}
	return c, nil
}

func parsePresigned(query url.Values) (claim, error) {
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"} {
		if len(query[name]) != 1 || query.Get(name) == "" {
			return claim{}, malformedQuery("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
		}
	}
	switch asked := query.Get("X-Amz-Algorithm"); {
	case strings.HasPrefix(asked, "AWS4-ECDSA"): // S3 knows it, this server does not
		return claim{}, malformedQuery("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"")
	case asked != algorithm:
		return claim{}, malformedQuery("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
	}
	c := claim{presigned: true, signature: query.Get("X-Amz-Signature"), stamp: query.Get("X-Amz-Date")}
	var wrong string
	if c.accessKey, c.scope, wrong = parseCredential(query.Get("X-Amz-Credential")); wrong != "" {
		return claim{}, malformedQuery("Error parsing the X-Amz-Credential parameter; " + wrong)
	}
	var ok bool
	if c.signed, ok = parseSigned(query.Get("X-Amz-SignedHeaders")); !ok {
		return claim{}, malformedQuery("X-Amz-SignedHeaders must name lower-case headers in order, with host")
	}
	seconds, err := strconv.ParseInt(query.Get("X-Amz-Expires"), 10, 64)
	switch {
	case err != nil:
		return claim{}, malformedQuery("X-Amz-Expires should be a number")
	case seconds < 0:
		return claim{}, malformedQuery("X-Amz-Expires must be non-negative")
	case seconds > int64(maxExpiry/time.Second):
		return claim{}, malformedQuery("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
	}
	c.expires = time.Duration(seconds) * time.Second
	if c.at, err = time.Parse(stampLayout, c.stamp); err != nil {
		return claim{}, malformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
	}
	return c, nil
}

const malformedCredential = "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"." //nolint:gosec // the words of S3

// parseCredential reads AKID/day/region/service/aws4_request, or says in the words
// of S3 what is wrong with it. The access key may itself contain slashes. What the
// scope names is judged by checkScope.
func parseCredential(s string) (accessKey string, sc scope, wrong string) {
	parts := strings.Split(s, "/")
	if len(parts) < 5 {
		return "", scope{}, malformedCredential
	}
	n := len(parts) - 4
	switch terminal := parts[len(parts)-1]; {
	case terminal != "aws4_request" && len(parts) > 5:
		return "", scope{}, malformedCredential
	case terminal != "aws4_request":
		return "", scope{}, "incorrect terminal \"" + terminal + "\". This endpoint uses \"aws4_request\"."
	}
	accessKey = strings.Join(parts[:n], "/")
	sc = scope{day: parts[n], region: parts[n+1], service: parts[n+2]}
	if accessKey == "" || sc.region == "" || sc.service == "" {
		return "", scope{}, malformedCredential
	}
	return accessKey, sc, ""
}

// parseSigned reads "host;x-amz-date": lower case, sorted, each once, with host.
func parseSigned(s string) ([]string, bool) {
	names := strings.Split(s, ";")
	for i, name := range names {
		if name == "" || name != strings.ToLower(name) || i > 0 && names[i-1] >= name {
			return nil, false
		}
	}
	return names, slices.Contains(names, "host")
}
