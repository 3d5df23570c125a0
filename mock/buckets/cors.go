package buckets

import (
	"encoding/xml"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const (
	corsConfig   = "cors"
	maxCORSRules = 100
)

// corsMethods are those that a rule may name.
var corsMethods = []string{http.MethodGet, http.MethodPut, http.MethodHead, http.MethodPost, http.MethodDelete}

var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // RFC 9110, token

type corsRule struct {
	ID             string   `xml:",omitempty"`
	AllowedHeaders []string `xml:"AllowedHeader"`
	AllowedMethods []string `xml:"AllowedMethod"`
	AllowedOrigins []string `xml:"AllowedOrigin"`
	ExposeHeaders  []string `xml:"ExposeHeader"`
	MaxAgeSeconds  *int
}

type corsDocument struct {
	XMLName xml.Name   `xml:"CORSConfiguration"`
	Xmlns   string     `xml:"xmlns,attr,omitempty"`
	Rules   []corsRule `xml:"CORSRule"`
}

func (s *Service) getBucketCORS(w http.ResponseWriter, r *wire.Request) error {
	return s.storedDocument(w, r, corsConfig, s3.Refuse(http.StatusNotFound, "NoSuchCORSConfiguration", "The CORS configuration does not exist", s3.Field("BucketName", r.Bucket)))
}

func (s *Service) putBucketCORS(_ http.ResponseWriter, r *wire.Request) error {
	var doc corsDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	if len(doc.Rules) == 0 || len(doc.Rules) > maxCORSRules {
		return s3.MalformedXML()
	}
	for _, rule := range doc.Rules {
		if err := rule.check(); err != nil {
			return err
		}
	}
	return s.keepDocument(r, corsConfig, corsDocument{Xmlns: s3.Namespace, Rules: doc.Rules})
}

func (s *Service) deleteBucketCORS(w http.ResponseWriter, r *wire.Request) error {
	return s.forgetDocument(w, r, corsConfig)
}

// check refuses a rule in the words of S3.
func (c corsRule) check() error {
	if len(c.AllowedOrigins) == 0 || len(c.AllowedMethods) == 0 || len(c.ID) > 255 {
		return s3.MalformedXML()
	}
	for _, origin := range c.AllowedOrigins {
		if strings.Count(origin, "*") > 1 {
			return s3.BadRequest(`AllowedOrigin "` + origin + `" can not have more than one wildcard.`)
		}
	}
	for _, method := range c.AllowedMethods {
		if !slices.Contains(corsMethods, method) {
			return s3.BadRequest("Found unsupported HTTP method in CORS config. Unsupported method is " + method)
		}
	}
	for _, header := range slices.Concat(c.AllowedHeaders, c.ExposeHeaders) {
		if !headerName.MatchString(header) {
			return s3.BadRequest(`AllowedHeader "` + header + `" contains invalid character.`)
		}
	}
	for _, header := range c.AllowedHeaders {
		if strings.Count(header, "*") > 1 {
			return s3.BadRequest(`AllowedHeader "` + header + `" can not have more than one wildcard.`)
		}
	}
	for _, header := range c.ExposeHeaders {
		if strings.Contains(header, "*") {
			return s3.BadRequest(`ExposeHeader "` + header + `" contains wildcard. We currently do not support wildcard in ExposeHeader`)
		}
	}
	return nil
}

// corsQuestion is what a browser asks for.
type corsQuestion struct {
	origin, method string
	headers        []string // lower case
}

// corsQuestionOf reads what a request asks; on other requests than a preflight the
// method may be its own.
func corsQuestionOf(r *wire.Request) (corsQuestion, error) {
	q := corsQuestion{origin: r.Header.Get("Origin"), method: r.Header.Get("Access-Control-Request-Method")}
	bad := func(message string) (corsQuestion, error) {
		return q, s3.Refuse(http.StatusBadRequest, "BadRequest", message)
	}
	if q.origin == "" {
		return bad("Insufficient information. Origin request header needed.")
	}
	switch {
	case q.method == "" && r.Method != http.MethodOptions:
		q.method = r.Method
	case q.method == "":
		return bad("Invalid Access-Control-Request-Method: null")
	case !slices.Contains(corsMethods, q.method):
		return bad("Invalid Access-Control-Request-Method: " + q.method)
	}
	if list := r.Header.Get("Access-Control-Request-Headers"); list != "" {
		for name := range strings.SplitSeq(list, ",") {
			if !headerName.MatchString(strings.TrimSpace(name)) {
				return bad(`Access-Control-Request-Headers "` + name + `" contains invalid character.`)
			}
			q.headers = append(q.headers, strings.ToLower(strings.TrimSpace(name)))
		}
	}
	return q, nil
}

// answers tells whether a rule is the one for a question, and by which of its
// origins.
func (c corsRule) answers(q corsQuestion) (origin string, ok bool) {
	at := slices.IndexFunc(c.AllowedOrigins, func(pattern string) bool { return wildcard(pattern, q.origin) })
	if at < 0 || !slices.Contains(c.AllowedMethods, q.method) {
		return "", false
	}
	for _, name := range q.headers {
		if !slices.ContainsFunc(c.AllowedHeaders, func(pattern string) bool { return wildcard(strings.ToLower(pattern), name) }) {
			return "", false
		}
	}
	return c.AllowedOrigins[at], true
}

// wildcard compares with a pattern of at most one *.
func wildcard(pattern, name string) bool {
	before, after, found := strings.Cut(pattern, "*")
	if !found {
		return pattern == name
	}
	return len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}

// allow writes the headers of the first rule that answers; false where none does.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
func (d corsDocument) allow(h http.Header, q corsQuestion) bool {
	for _, rule := range d.Rules {
		origin, ok := rule.answers(q)
		if !ok {
			continue
		}
		if origin == "*" {
			h.Set("Access-Control-Allow-Origin", "*")
		} else {
			h.Set("Access-Control-Allow-Origin", q.origin)
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		h.Set("Access-Control-Allow-Methods", strings.Join(rule.AllowedMethods, ", "))
		if len(q.headers) > 0 {
			h.Set("Access-Control-Allow-Headers", strings.Join(q.headers, ", "))
		}
		if len(rule.ExposeHeaders) > 0 {
			h.Set("Access-Control-Expose-Headers", strings.Join(rule.ExposeHeaders, ", "))
		}
		if rule.MaxAgeSeconds != nil {
			h.Set("Access-Control-Max-Age", strconv.Itoa(*rule.MaxAgeSeconds))
		}
		h.Set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
		return true
	}
	return false
}

func (s *Service) cors(r *wire.Request) (corsDocument, error) {
	var doc corsDocument
	raw, err := s.Store.BucketConfig(r.Context(), r.Bucket, corsConfig)
	if err == nil {
		err = xml.Unmarshal(raw, &doc)
	}
	return doc, err
}

// Preflight answers OPTIONS, which nobody signs.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
func (s *Service) Preflight(w http.ResponseWriter, r *wire.Request) error {
	q, err := corsQuestionOf(r)
	if err != nil {
		return err
	}
	doc, err := s.cors(r)
	why := "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
	switch {
	case errors.Is(err, store.ErrNoSuchConfig):
		why = "CORS is not enabled for this bucket."
	case err != nil:
		return err
	case doc.allow(w.Header(), q):
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
		return nil
	}
	return s3.Refuse(http.StatusForbidden, "AccessForbidden", "CORSResponse: "+why, s3.Field("Method", q.method), s3.Field("ResourceType", strings.ToUpper(r.Level())))
}

// CrossOrigin puts the headers of CORS on the answer to a request that comes from
// a page, whatever the answer will be.
func (s *Service) CrossOrigin(w http.ResponseWriter, r *wire.Request) error {
	if r.Header.Get("Origin") == "" || r.Level() == "service" {
		return nil
	}
	doc, err := s.cors(r)
	if err != nil { // none, or no bucket, which the operation itself says
		return nil //nolint:nilerr // see above
	}
	q, err := corsQuestionOf(r)
	if err != nil {
		return err
	}
	doc.allow(w.Header(), q)
	return nil
}
