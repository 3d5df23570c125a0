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
	if header == "" {
		return claim{}, accessDenied("Access Denied")
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
	if c.at.Format(dayLayout) != c.scope.day {
		return claim{}, malformedHeader("Invalid credential date. Date is not the same as X-Amz-Date.")
	}
	return c, nil
}

// parseAuthorization reads "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...".
func parseAuthorization(header string) (claim, error) {
	kind, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	if kind != algorithm {
		return claim{}, invalidRequest("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return claim{}, malformedHeader("expected name=value, separated by commas.")
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
	var ok bool
	if c.accessKey, c.scope, ok = parseCredential(parts["Credential"]); !ok {
		return claim{}, malformedHeader("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
	}
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
	if query.Get("X-Amz-Algorithm") != algorithm {
		return claim{}, malformedQuery("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"")
	}
	c := claim{presigned: true, signature: query.Get("X-Amz-Signature"), stamp: query.Get("X-Amz-Date")}
	var ok bool
	if c.accessKey, c.scope, ok = parseCredential(query.Get("X-Amz-Credential")); !ok {
		return claim{}, malformedQuery("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
	}
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
	if c.at.Format(dayLayout) != c.scope.day {
		return claim{}, malformedQuery("Invalid credential date. Date is not the same as X-Amz-Date.")
	}
	return c, nil
}

// parseCredential reads AKID/day/region/service/aws4_request. The access key
// may itself contain slashes.
func parseCredential(s string) (string, scope, bool) {
	parts := strings.Split(s, "/")
	if len(parts) < 5 || parts[len(parts)-1] != "aws4_request" {
		return "", scope{}, false
	}
	n := len(parts) - 4
	accessKey := strings.Join(parts[:n], "/")
	sc := scope{day: parts[n], region: parts[n+1], service: parts[n+2]}
	if accessKey == "" || sc.region == "" || sc.service == "" {
		return "", scope{}, false
	}
	if _, err := time.Parse(dayLayout, sc.day); err != nil {
		return "", scope{}, false
	}
	return accessKey, sc, true
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
