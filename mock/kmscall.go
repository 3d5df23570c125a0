package mock

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const jsonType = "application/x-amz-json-1.1"

// callKMS runs one call of the key service (AWS JSON 1.1) on the same port.
func (s *Server) callKMS(w http.ResponseWriter, r *wire.Request) error {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Target"), kms.Target) {
		return &kms.Error{Code: "UnknownOperationException", Message: "this endpoint speaks only S3 and KMS"}
	}
	body, err := io.ReadAll(r.Auth.Body) // bounded by the verifier
	if err != nil {
		return err
	}
	out, err := s.keys.CallAs(r.Caller, r.Op, body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", jsonType)
	if out == nil {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

// kmsCodes are the names KMS has for refusals of authentication.
var kmsCodes = map[string]string{
	"SignatureDoesNotMatch": "InvalidSignatureException", "RequestTimeTooSkewed": "InvalidSignatureException",
	"InvalidAccessKeyId": "UnrecognizedClientException", "AccessDenied": "MissingAuthenticationTokenException",
	"AuthorizationHeaderMalformed": "IncompleteSignatureException",
	"InvalidToken":                 "UnrecognizedClientException", "ExpiredToken": "ExpiredTokenException",
}

func writeKMSRefusal(w http.ResponseWriter, r *wire.Request, err error) {
	code, message, status := "InternalFailure", "an internal error occurred", http.StatusInternalServerError
	var ofKMS *kms.Error
	var ofS3 *sigv4.Error
	switch {
	case errors.As(err, &ofKMS):
		code, message, status = ofKMS.Code, ofKMS.Message, http.StatusBadRequest
	case errors.As(err, &ofS3):
		code, message, status = ofS3.Code, ofS3.Message, ofS3.Status
		if c, ok := kmsCodes[code]; ok {
			code, status = c, http.StatusBadRequest
		}
	}
	w.Header().Set("Content-Type", jsonType)
	w.Header().Set("X-Amzn-Errortype", code)
	w.Header().Set("X-Amzn-Requestid", r.ID)
	w.WriteHeader(status)
	raw, _ := json.Marshal(map[string]string{"__type": code, "message": message}) // strings always marshal
	_, _ = w.Write(raw)
}
