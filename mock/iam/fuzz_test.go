package iam_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/iam"
)

func FuzzAPolicyIsReadOrRefused(f *testing.F) {
	f.Add(`{"Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":"*"}]}`, "s3:GetObject")
	f.Add(`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"?"}]}`, "")
	f.Add(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b","Condition":{"StringLike":{"s3:prefix":["a*",1,true]},"IpAddress":{"aws:SourceIp":"::/1"}}}]}`, "s3:ListBucket")
	f.Fuzz(func(t *testing.T, raw, action string) {
		of := iam.Owner{Bucket: "b", Account: "000000000000", Exists: func(string) bool { return true }}
		if p, err := iam.ParseBucketPolicy([]byte(raw), of); err == nil {
			require.True(t, json.Valid([]byte(raw)))
			p.Public()
			for _, who := range []string{"", "arn:aws:iam::000000000000:user/a", action} {
				p.JudgeCaller(iam.Person{ARN: who, Context: iam.Context{"s3:prefix": raw, "aws:sourceip": action}}, action, "arn:aws:s3:::b")
			}
		} else {
			var known *iam.Error
			require.ErrorAs(t, err, &known)
		}
		for _, parse := range []func([]byte) (iam.Policy, error){iam.Parse, iam.ParseKeyPolicy} {
			p, err := parse([]byte(raw))
			if err != nil {
				continue
			}
			require.True(t, json.Valid([]byte(raw)))
			p.Judge(action, "*", nil)
			p.JudgePrincipal("*", action)
		}
	})
}
