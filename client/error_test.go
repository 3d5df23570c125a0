package client

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnErrorSaysWhatWhereWhyAndForWhichKey(t *testing.T) {
	e := &Error{
		Op: "PutObject", Kind: KindKeyUnknown, At: Location{"reports", "a.csv"}, Key: "ab12",
		Code: "InvalidAccessKeyId", Message: "Failed to retrieve the actual key", RequestID: "r1", Err: errors.New("raw"),
	}
	assert.Equal(t, "PutObject s3://reports/a.csv: the server does not know this key (key ab12): InvalidAccessKeyId: Failed to retrieve the actual key", e.Error())
	assert.Equal(t, "open: local: raw", (&Error{Op: "open", Kind: KindLocal, Err: errors.New("raw")}).Error())
	assert.Equal(t, "x: not found: NoSuchKey", (&Error{Op: "x", Kind: KindNotFound, Code: "NoSuchKey"}).Error())
	assert.Equal(t, "x: denied: gone", (&Error{Op: "x", Kind: KindDenied, Message: "gone"}).Error())
}

func TestKindsAreFoundThroughWrapping(t *testing.T) {
	e := fmt.Errorf("upload: %w", &Error{Kind: KindThrottled})
	assert.Equal(t, KindThrottled, KindOf(e))
	assert.True(t, KindOf(e).Temporary())
	assert.Equal(t, KindCancelled, KindOf(fmt.Errorf("x: %w", context.Canceled)))
	assert.Equal(t, KindUnknown, KindOf(errors.New("x")))
	assert.False(t, KindDenied.Temporary())
}

func TestEveryKindHasANameOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		assert.NotEmpty(t, k.String())
		assert.False(t, seen[k.String()], k.String())
		seen[k.String()] = true
		words := k.Text().String()
		assert.NotEmpty(t, words, "%v", k)
		assert.False(t, seen[words], words)
		seen[words] = true
	}
	assert.Len(t, kindNames, int(kindEnd))
	assert.Equal(t, "EncryptionNotAsAsked", KindEncryptionNotAsAsked.String())
	assert.Equal(t, "NotCustomerKey", KindNotCustomerKey.String())
	assert.Equal(t, "Refused", KindRefused.String())
	assert.Equal(t, "Unknown", Kind(-1).String())
}

func TestAnAccountIsRefusedAtItsWrongField(t *testing.T) {
	good := Account{Name: "team", AccessKeyID: "AKIA", Endpoint: "https://cos.example:8443/"}
	assert.NoError(t, good.Check())
	for field, change := range map[string]func(*Account){
		"name: give":         func(a *Account) { a.Name = " " },
		"name: one line":     func(a *Account) { a.Name = "a\nb" },
		"endpoint: \"cos":    func(a *Account) { a.Endpoint = "cos.example" },
		"names no host":      func(a *Account) { a.Endpoint = "https://" },
		"their own fields":   func(a *Account) { a.Endpoint = "https://u:p@cos.example" },
		"end after the host": func(a *Account) { a.Endpoint = "https://cos.example/bucket" },
		"not a URL":          func(a *Account) { a.Endpoint = "https://%zz" },
		"KMS endpoint":       func(a *Account) { a.KMSEndpoint = "ftp://x" },
		"addressing":         func(a *Account) { a.Addressing = "maybe" },
		"access key: enter":  func(a *Account) { a.AccessKeyID = "" },
	} {
		a := good
		change(&a)
		assert.ErrorContains(t, a.Check(), field)
	}
}

func TestOnlyAmazonIsAWS(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"": true, "https://s3.eu-west-1.amazonaws.com": true, "https://s3.cn-north-1.amazonaws.com.cn": true,
		"https://cos.twcc.ai": false, "https://amazonaws.com.evil.example": false, "https://127.0.0.1:1": false, "%": false,
	} {
		assert.Equal(t, want, Account{Endpoint: endpoint}.IsAWS(), endpoint)
	}
}
