package kms

import (
	"encoding/json"
	"strings"
	"time"
)

// Target is the prefix of X-Amz-Target in requests to KMS.
const Target = "TrentService."

// Call runs one operation ("ListKeys") on a JSON document, and gives the answer
// to marshal, nil for an empty one. The error is an *Error, or one of the disk.
func (k *Keystore) Call(operation string, body []byte) (any, error) {
	run, ok := calls[operation]
	if !ok {
		return nil, &Error{Code: "UnknownOperationException", Message: "this endpoint does not know the operation " + operation}
	}
	var in input
	if len(body) > 0 {
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, &Error{Code: "SerializationException", Message: "the request is not the JSON expected"}
		}
	}
	return run(k, in)
}

// input is the union of the parameters of all calls.
type input struct {
	KeyID               string `json:"KeyId"`
	AliasName           string
	TargetKeyID         string `json:"TargetKeyId"`
	Description         string
	KeyUsage            string
	KeySpec             string
	NumberOfBytes       *int
	PendingWindowInDays *int
	EncryptionContext   map[string]string
	CiphertextBlob      []byte
	Plaintext           []byte
	Policy, PolicyName  string

	RotationPeriodInDays         *int
	SourceKeyID                  string `json:"SourceKeyId"`
	DestinationKeyID             string `json:"DestinationKeyId"`
	SourceEncryptionContext      map[string]string
	DestinationEncryptionContext map[string]string

	GrantID           string `json:"GrantId"`
	GrantToken        string
	Name              string
	GranteePrincipal  string
	RetiringPrincipal string
	Operations        []string
	Constraints       map[string]any

	Tags    []tag
	TagKeys []string

	Limit  *int
	Marker string
}

var calls = map[string]func(*Keystore, input) (any, error){
	"ListKeys": listKeys, "ListAliases": listAliases, "DescribeKey": describeKey,
	"CreateKey": createKey, "CreateAlias": createAlias, "EnableKey": enableKey, "DisableKey": disableKey,
	"ScheduleKeyDeletion": scheduleKeyDeletion, "CancelKeyDeletion": cancelKeyDeletion,
	"GenerateDataKey": generateDataKey, "GenerateDataKeyWithoutPlaintext": generateDataKeyWithoutPlaintext,
	"Encrypt": encrypt, "Decrypt": decrypt, "ReEncrypt": reEncrypt,
	"RotateKeyOnDemand": rotateKeyOnDemand, "EnableKeyRotation": enableKeyRotation, "DisableKeyRotation": disableKeyRotation,
	"PutKeyPolicy": putKeyPolicy, "GetKeyPolicy": getKeyPolicy, "ListKeyPolicies": listKeyPolicies,
	"UpdateAlias": updateAlias, "DeleteAlias": deleteAlias, "UpdateKeyDescription": updateKeyDescription,
	"CreateGrant": createGrant, "ListGrants": listGrants, "ListRetirableGrants": listRetirableGrants, "RevokeGrant": revokeGrant, "RetireGrant": retireGrant,
	"TagResource": tagResource, "UntagResource": untagResource, "ListResourceTags": listResourceTags,
	"GetKeyRotationStatus": getKeyRotationStatus, "ListKeyRotations": listKeyRotations,
}

const symmetric = "SYMMETRIC_DEFAULT"

// epoch is a time as AWS JSON 1.1 writes it: seconds, with a fraction.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func metadata(k *Keystore, key Key) map[string]any {
	manager := "CUSTOMER"
	if key.Managed {
		manager = "AWS"
	}
	m := map[string]any{
		"AWSAccountId": k.opts.Account, "KeyId": key.ID, "Arn": key.ARN, "CreationDate": epoch(key.Created),
		"Enabled": key.State == Enabled, "Description": key.Description, "KeyUsage": key.Usage, "KeyState": key.State,
		"Origin": "AWS_KMS", "KeyManager": manager, "MultiRegion": false,
	}
	if key.Usage == UsageEncrypt {
		m["KeySpec"], m["CustomerMasterKeySpec"] = symmetric, symmetric
		m["EncryptionAlgorithms"] = []string{symmetric}
	} else {
		m["KeySpec"], m["CustomerMasterKeySpec"] = "ECC_NIST_P256", "ECC_NIST_P256"
	}
	if !key.Deletion.IsZero() {
		m["DeletionDate"] = epoch(key.Deletion)
	}
	return m
}

// page cuts a list after the marker; name is the marker of an element.
func page[T any](all []T, in input, standard, most int, name func(T) string) (some []T, next string, err error) {
	limit := standard
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > most {
		return nil, "", invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", limit, most)
	}
	if in.Marker != "" {
		for len(all) > 0 && name(all[0]) != in.Marker {
			all = all[1:]
		}
		if len(all) == 0 {
			return nil, "", &Error{Code: "InvalidMarkerException", Message: "Could not deserialize marker"}
		}
		all = all[1:]
	}
	if len(all) <= limit {
		return all, "", nil
	}
	return all[:limit], name(all[limit-1]), nil
}

func answer(name string, list any, next string) map[string]any {
	m := map[string]any{name: list, "Truncated": next != ""}
	if next != "" {
		m["NextMarker"] = next
	}
	return m
}

func listKeys(k *Keystore, in input) (any, error) {
	keys, next, err := page(k.Keys(), in, 100, 1000, func(key Key) string { return key.ID })
	if err != nil {
		return nil, err
	}
	list := []map[string]string{}
	for _, key := range keys {
		list = append(list, map[string]string{"KeyId": key.ID, "KeyArn": key.ARN})
	}
	return answer("Keys", list, next), nil
}

func listAliases(k *Keystore, in input) (any, error) {
	all := k.Aliases()
	if in.KeyID != "" {
		key, err := k.Resolve(in.KeyID)
		if err != nil {
			return nil, err
		}
		var of []Alias
		for _, a := range all {
			if a.KeyID == key.ID {
				of = append(of, a)
			}
		}
		all = of
	}
	aliases, next, err := page(all, in, 50, 100, func(a Alias) string { return a.Name })
	if err != nil {
		return nil, err
	}
	list := []map[string]string{}
	for _, a := range aliases {
		list = append(list, map[string]string{"AliasName": a.Name, "AliasArn": a.ARN, "TargetKeyId": a.KeyID})
	}
	return answer("Aliases", list, next), nil
}

func describeKey(k *Keystore, in input) (any, error) {
	key, err := k.Resolve(in.KeyID)
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyMetadata": metadata(k, key)}, nil
}

func createKey(k *Keystore, in input) (any, error) {
	encrypts := in.KeySpec == "" || in.KeySpec == symmetric
	if sign := in.KeyUsage == UsageSign; sign == encrypts && in.KeySpec != "" || !encrypts && !sign {
		return nil, invalid("KeySpec %s is not supported with KeyUsage %s", in.KeySpec, in.KeyUsage)
	}
	tags, err := tagged(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	key, err := k.Create(Spec{Description: in.Description, Usage: in.KeyUsage, Policy: in.Policy, Tags: tags})
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyMetadata": metadata(k, key)}, nil
}

func createAlias(k *Keystore, in input) (any, error) {
	if strings.HasPrefix(in.AliasName, "alias/aws/") {
		return nil, &Error{Code: "NotAuthorizedException", Message: "Aliases beginning with alias/aws/ belong to AWS"}
	}
	return nil, k.CreateAlias(in.AliasName, in.TargetKeyID)
}

func enableKey(k *Keystore, in input) (any, error)  { return nil, k.Enable(in.KeyID) }
func disableKey(k *Keystore, in input) (any, error) { return nil, k.Disable(in.KeyID) }

func scheduleKeyDeletion(k *Keystore, in input) (any, error) {
	days := 30
	if in.PendingWindowInDays != nil {
		days = *in.PendingWindowInDays
	}
	key, err := k.ScheduleDeletion(in.KeyID, days)
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyId": key.ARN, "KeyState": key.State, "DeletionDate": epoch(key.Deletion), "PendingWindowInDays": days}, nil
}

func cancelKeyDeletion(k *Keystore, in input) (any, error) {
	key, err := k.CancelDeletion(in.KeyID)
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyId": key.ARN}, nil
}
