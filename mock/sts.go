package mock

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// isSTS tells a call of the token service, which the AWS query protocol posts as
// a form to the root.
func (r *request) isSTS() bool {
	return r.Method == http.MethodPost && r.level() == "service" && !r.isKMS() &&
		strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// callSTS answers who the caller is; nobody needs a permission for that.
func (s *Server) callSTS(w *writer, r *request) error {
	body, err := io.ReadAll(r.auth.Body) // bounded by the verifier
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") != "GetCallerIdentity" {
		return refuse(http.StatusBadRequest, "InvalidAction", "Could not find operation "+form.Get("Action")+" for version "+form.Get("Version"))
	}
	var doc struct {
		XMLName   xml.Name `xml:"GetCallerIdentityResponse"`
		Xmlns     string   `xml:"xmlns,attr"`
		ARN       string   `xml:"GetCallerIdentityResult>Arn"`
		UserID    string   `xml:"GetCallerIdentityResult>UserId"`
		Account   string   `xml:"GetCallerIdentityResult>Account"`
		RequestID string   `xml:"ResponseMetadata>RequestId"`
	}
	doc.Xmlns, doc.ARN, doc.UserID, doc.Account, doc.RequestID = stsNamespace, r.who.ARN, accountID, accountID, r.id
	if !r.who.Root {
		doc.UserID = r.auth.AccessKey
	}
	return writeXML(w, doc)
}

// stsCodes are the names STS has for refusals of the door.
var stsCodes = map[string]string{
	"InvalidAccessKeyId": "InvalidClientTokenId", "InvalidToken": "InvalidClientTokenId", "RequestTimeTooSkewed": "SignatureDoesNotMatch",
	"AccessDenied": "MissingAuthenticationToken", "AuthorizationHeaderMalformed": "IncompleteSignature",
}

func writeSTSRefusal(w *writer, r *request, e *sigv4.Error) {
	var doc struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Xmlns     string   `xml:"xmlns,attr"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}
	doc.Xmlns, doc.Type, doc.Code, doc.Message, doc.RequestID = stsNamespace, "Sender", e.Code, e.Message, r.id
	if code, ok := stsCodes[e.Code]; ok {
		doc.Code = code
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(e.Status)
	raw, _ := xml.Marshal(doc) // strings always marshal
	_, _ = w.Write(raw)
}
