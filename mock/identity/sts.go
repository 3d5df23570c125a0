package identity

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// CallSTS answers the calls known: GetCallerIdentity, for which nobody needs a
// permission, and AssumeRole, which the role's trust decides.
func (g *Register) CallSTS(w http.ResponseWriter, r *wire.Request) error {
	body, err := io.ReadAll(r.Auth.Body) // bounded by the verifier
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return s3.Refuse(http.StatusBadRequest, "MalformedQueryString", "The query string is not a form")
	}
	switch form.Get("Action") {
	case "GetCallerIdentity":
		return getCallerIdentity(w, r)
	case "AssumeRole":
		return g.assumeRole(w, r, form)
	}
	return s3.Refuse(http.StatusBadRequest, "InvalidAction", "Could not find operation "+form.Get("Action")+" for version "+form.Get("Version"))
}

func getCallerIdentity(w http.ResponseWriter, r *wire.Request) error {
	var doc struct {
		XMLName   xml.Name `xml:"GetCallerIdentityResponse"`
		Xmlns     string   `xml:"xmlns,attr"`
		ARN       string   `xml:"GetCallerIdentityResult>Arn"`
		UserID    string   `xml:"GetCallerIdentityResult>UserId"`
		Account   string   `xml:"GetCallerIdentityResult>Account"`
		RequestID string   `xml:"ResponseMetadata>RequestId"`
	}
	doc.Xmlns, doc.ARN, doc.UserID, doc.Account, doc.RequestID = stsNamespace, r.Caller.ARN, s3.AccountID, s3.AccountID, r.ID
	if !r.Caller.Root {
		doc.UserID = r.Auth.AccessKey
	}
	return wire.WriteXML(w, doc)
}

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

func (g *Register) assumeRole(w http.ResponseWriter, r *wire.Request, form url.Values) error {
	invalid := func(message string) error { return s3.Refuse(http.StatusBadRequest, "ValidationError", message) }
	seconds := 3600
	if text := form.Get("DurationSeconds"); text != "" {
		var err error
		if seconds, err = strconv.Atoi(text); err != nil || seconds < 900 || seconds > 43200 {
			return invalid("1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200")
		}
	}
	switch {
	case !sessionName.MatchString(form.Get("RoleSessionName")):
		return invalid("1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*")
	case form.Get("Policy") != "": // ignoring it would permit more than was asked for
		return invalid("This endpoint does not know session policies")
	}
	one, ok := g.assume(r.Auth.AccessKey, form.Get("RoleArn"), form.Get("RoleSessionName"), time.Duration(seconds)*time.Second)
	if !ok {
		return s3.Refuse(http.StatusForbidden, "AccessDenied", "User: "+r.Caller.ARN+" is not authorized to perform: sts:AssumeRole on resource: "+form.Get("RoleArn"))
	}
	var doc struct {
		XMLName      xml.Name `xml:"AssumeRoleResponse"`
		Xmlns        string   `xml:"xmlns,attr"`
		AccessKeyID  string   `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		Secret       string   `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		SessionToken string   `xml:"AssumeRoleResult>Credentials>SessionToken"`
		Expiration   string   `xml:"AssumeRoleResult>Credentials>Expiration"`
		ARN          string   `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
		RoleID       string   `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
		RequestID    string   `xml:"ResponseMetadata>RequestId"`
	}
	doc.Xmlns, doc.AccessKeyID, doc.Secret, doc.SessionToken = stsNamespace, one.accessKey, one.secret, one.token
	doc.Expiration, doc.ARN, doc.RequestID = one.expires.UTC().Format(time.RFC3339), one.ARN, r.ID
	doc.RoleID = one.accessKey + ":" + form.Get("RoleSessionName")
	return wire.WriteXML(w, doc)
}

// stsCodes are the names STS has for refusals of authentication.
var stsCodes = map[string]string{
	"InvalidAccessKeyId": "InvalidClientTokenId", "InvalidToken": "InvalidClientTokenId", "RequestTimeTooSkewed": "SignatureDoesNotMatch",
	"AccessDenied": "MissingAuthenticationToken", "AuthorizationHeaderMalformed": "IncompleteSignature",
}

// WriteSTSRefusal answers a refusal in the form and with the names of STS.
func WriteSTSRefusal(w http.ResponseWriter, r *wire.Request, e *sigv4.Error) {
	var doc struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Xmlns     string   `xml:"xmlns,attr"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}
	doc.Xmlns, doc.Type, doc.Code, doc.Message, doc.RequestID = stsNamespace, "Sender", e.Code, e.Message, r.ID
	nobody := r.Caller.ARN == "" // who is known and denied gets AccessDenied as it is
	if code, ok := stsCodes[e.Code]; ok && nobody {
		doc.Code = code
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(e.Status)
	raw, _ := xml.Marshal(doc) // strings always marshal
	_, _ = w.Write(raw)
}
