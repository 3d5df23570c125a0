package mock_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// corsXML makes a configuration of rules, each as "origins|methods|headers|exposed|age".
func corsXML(rules ...string) string {
	var b strings.Builder
	b.WriteString(`<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`)
	for _, rule := range rules {
		b.WriteString("<CORSRule>")
		for i, values := range strings.Split(rule, "|") {
			element := []string{"AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader", "MaxAgeSeconds"}[i]
			for value := range strings.FieldsSeq(values) {
				fmt.Fprintf(&b, "<%s>%s</%s>", element, strings.ReplaceAll(value, "_", " "), element)
			}
		}
		b.WriteString("</CORSRule>")
	}
	return b.String() + "</CORSConfiguration>"
}

func putCORS(t testing.TB, e *mock.Endpoint, rules ...string) {
	t.Helper()
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket?cors=", corsXML(rules...), nil).StatusCode)
}

func question(origin, method, headers string) map[string]string {
	q := map[string]string{}
	for name, value := range map[string]string{"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers} {
		if value != "" {
			q[name] = value
		}
	}
	return q
}

// allowed are the headers of CORS in an answer.
func allowed(h http.Header) map[string]string {
	told := map[string]string{}
	for name := range h {
		if short, ok := strings.CutPrefix(name, "Access-Control-"); ok {
			told[short] = h.Get(name)
		}
	}
	return told
}

const varies = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"

func TestABrowserIsAnsweredByTheFirstRuleThatAllows(t *testing.T) {
	e := mock.Start(t)
	putCORS(t, e, "http://example.com https://*.example.com|GET HEAD|x-amz-* Range|ETag X-Amz-Request-Id|100", "*|HEAD|x-other", "http://put.example|PUT POST|*||-5")
	for _, row := range []struct {
		origin, method, headers string
		want                    map[string]string
	}{
		{"http://example.com", "GET", "X-Amz-Date, range", map[string]string{
			"Allow-Origin": "http://example.com", "Allow-Credentials": "true", "Allow-Methods": "GET, HEAD", "Allow-Headers": "x-amz-date, range",
			"Expose-Headers": "ETag, X-Amz-Request-Id", "Max-Age": "100",
		}},
		{"https://a.b.example.com", "HEAD", "", map[string]string{
			"Allow-Origin": "https://a.b.example.com", "Allow-Credentials": "true", "Allow-Methods": "GET, HEAD", "Expose-Headers": "ETag, X-Amz-Request-Id", "Max-Age": "100",
		}},
		{"http://other.net", "HEAD", "X-Other", map[string]string{"Allow-Origin": "*", "Allow-Methods": "HEAD", "Allow-Headers": "x-other"}},
		{"http://put.example", "PUT", "anything,else", map[string]string{
			"Allow-Origin": "http://put.example", "Allow-Credentials": "true", "Allow-Methods": "PUT, POST", "Allow-Headers": "anything, else", "Max-Age": "-5",
		}},
	} {
		for _, path := range []string{"/bucket", "/bucket/dir/k?uploads="} {
			resp := unsigned(t, e, "OPTIONS", path, "", question(row.origin, row.method, row.headers))
			require.Equal(t, 200, resp.StatusCode, row)
			assert.Equal(t, row.want, allowed(resp.Header), row)
			assert.Equal(t, varies, resp.Header.Get("Vary"))
			assert.Empty(t, bodyOf(t, resp))
		}
	}
	for _, row := range [][3]string{
		{"http://other.net", "GET", ""},
		{"http://example.com", "PUT", ""},
		{"http://example.com", "GET", "authorization"},
		{"http://example.com", "GET", "range,authorization"},
		{"https://.example.co", "GET", ""},
		{"https://example.com", "GET", ""},
		{"http://other.net", "HEAD", "x-amz-date"},
	} {
		resp := unsigned(t, e, "OPTIONS", "/bucket/k", "", question(row[0], row[1], row[2]))
		assert.Equal(t, 403, resp.StatusCode, row)
		assert.Empty(t, allowed(resp.Header))
		got := errorOf(t, resp)
		assert.Equal(t, "AccessForbidden", got.Code)
		assert.Contains(t, got.Message, "CORSResponse: This CORS request is not allowed.")
	}
	for _, row := range []struct{ origin, method, headers, message string }{
		{"", "GET", "", "Insufficient information. Origin request header needed."},
		{"http://example.com", "", "", "Invalid Access-Control-Request-Method: null"},
		{"http://example.com", "get", "", "Invalid Access-Control-Request-Method: get"},
		{"http://example.com", "PATCH", "", "Invalid Access-Control-Request-Method: PATCH"},
		{"http://example.com", "GET", "range, bad header", `Access-Control-Request-Headers " bad header" contains invalid character.`},
	} {
		resp := unsigned(t, e, "OPTIONS", "/bucket/k", "", question(row.origin, row.method, row.headers))
		assert.Equal(t, 400, resp.StatusCode, row)
		got := errorOf(t, resp)
		assert.Equal(t, "BadRequest", got.Code)
		assert.Equal(t, row.message, got.Message)
	}
	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket?cors=", "", nil).StatusCode)
	got := errorOf(t, unsigned(t, e, "OPTIONS", "/bucket/k", "", question("http://example.com", "GET", "")))
	assert.Equal(t, "CORSResponse: CORS is not enabled for this bucket.", got.Message)
	assert.Equal(t, "NoSuchBucket", errorOf(t, unsigned(t, e, "OPTIONS", "/none/k", "", question("http://example.com", "GET", ""))).Code)
}

func TestTheAnswerToAPageCarriesTheHeadersOfCORS(t *testing.T) {
	e := mock.Start(t)
	putCORS(t, e, "http://page.example|GET|||", "*|PUT|||")
	from := map[string]string{"Origin": "http://page.example"}
	resp := raw(t, e, "PUT", "/bucket/k", "hello", from)
	require.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, map[string]string{"Allow-Origin": "*", "Allow-Methods": "PUT"}, allowed(resp.Header))
	assert.Equal(t, varies, resp.Header.Get("Vary"))
	resp = raw(t, e, "GET", "/bucket/k", "", from)
	assert.Equal(t, "hello", bodyOf(t, resp))
	want := map[string]string{"Allow-Origin": "http://page.example", "Allow-Credentials": "true", "Allow-Methods": "GET"}
	assert.Equal(t, want, allowed(resp.Header))
	assert.Equal(t, want, allowed(raw(t, e, "GET", "/bucket/none", "", from).Header), "a page may read a refusal")
	assert.Equal(t, want, allowed(unsigned(t, e, "GET", "/bucket/k", "", from).Header))
	assert.Empty(t, allowed(raw(t, e, "GET", "/bucket/k", "", map[string]string{"Origin": "http://other.example"}).Header))
	assert.Empty(t, allowed(raw(t, e, "GET", "/bucket/k", "", nil).Header))
	assert.Empty(t, allowed(raw(t, e, "HEAD", "/bucket/k", "", from).Header), "no rule has HEAD")
	assert.Empty(t, allowed(raw(t, e, "GET", "/", "", from).Header))
	assert.Empty(t, allowed(raw(t, e, "GET", "/none", "", from).Header))
	asked := plus(from, map[string]string{"Access-Control-Request-Method": "PUT"})
	assert.Equal(t, "*", raw(t, e, "GET", "/bucket/k", "", asked).Header.Get("Access-Control-Allow-Origin"), "the method asked for goes before the request's own")
	asked["Access-Control-Request-Method"] = "invalid_method"
	got := errorOf(t, raw(t, e, "PUT", "/bucket/other", "x", asked))
	assert.Equal(t, "Invalid Access-Control-Request-Method: invalid_method", got.Message)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/other", "", nil).StatusCode)
}

func TestCORSRulesAreKeptOrRefused(t *testing.T) {
	e := mock.Start(t)
	got := errorOf(t, raw(t, e, "GET", "/bucket?cors=", "", nil))
	assert.Equal(t, "NoSuchCORSConfiguration", got.Code)
	assert.Equal(t, "The CORS configuration does not exist", got.Message)
	kept := corsXML("http://a.example|GET|x-a|x-b|10")
	putCORS(t, e, "http://a.example|GET|x-a|x-b|10")
	var doc struct {
		CORSRule []struct {
			AllowedOrigin, AllowedMethod, AllowedHeader, ExposeHeader []string
			MaxAgeSeconds                                             int
		}
	}
	decode(t, raw(t, e, "GET", "/bucket?cors=", "", nil), &doc)
	require.Len(t, doc.CORSRule, 1)
	assert.Equal(t, 10, doc.CORSRule[0].MaxAgeSeconds)
	assert.Equal(t, []string{"x-b"}, doc.CORSRule[0].ExposeHeader)

	many := make([]string, 101)
	for i := range many {
		many[i] = "*|GET"
	}
	for rules, message := range map[string]string{
		"": "The XML", "<x": "The XML", corsXML(): "The XML", corsXML("|GET"): "The XML", corsXML("*|"): "The XML", corsXML(many...): "The XML",
		strings.Replace(corsXML("*|GET"), "<CORSRule>", "<CORSRule><ID>"+strings.Repeat("i", 256)+"</ID>", 1): "The XML",
		corsXML("http://*.a.*|GET"): `AllowedOrigin "http://*.a.*" can not have more than one wildcard.`,
		corsXML("*|GET PATCH"):      "Found unsupported HTTP method in CORS config. Unsupported method is PATCH",
		corsXML("*|get"):            "Found unsupported HTTP method in CORS config. Unsupported method is get",
		corsXML("*|GET|a_b"):        `AllowedHeader "a b" contains invalid character.`,
		corsXML("*|GET||a(b)"):      `AllowedHeader "a(b)" contains invalid character.`,
		corsXML("*|GET|*a*"):        `AllowedHeader "*a*" can not have more than one wildcard.`,
		corsXML("*|GET||*"):         `ExposeHeader "*" contains wildcard. We currently do not support wildcard in ExposeHeader`,
	} {
		resp := raw(t, e, "PUT", "/bucket?cors=", rules, nil)
		require.Equal(t, 400, resp.StatusCode, rules)
		assert.Contains(t, errorOf(t, resp).Message, message)
	}
	assert.Equal(t, "InvalidDigest", errorOf(t, raw(t, e, "PUT", "/bucket?cors=", kept, map[string]string{"Content-Md5": "x"})).Code)
	assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "PUT", "/bucket?cors=", kept, map[string]string{"Content-Md5": md5Of("x")})).Code)
	decode(t, raw(t, e, "GET", "/bucket?cors=", "", nil), &doc)
	assert.Equal(t, []string{"http://a.example"}, doc.CORSRule[0].AllowedOrigin, "what was there is still there")
	for _, verb := range []string{"GET", "PUT", "DELETE"} {
		assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, verb, "/none?cors=", kept, nil)).Code, verb)
	}
}
