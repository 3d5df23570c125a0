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
	f.Fuzz(func(t *testing.T, raw, action string) {
		for _, parse := range []func([]byte) (iam.Policy, error){iam.Parse, iam.ParseKeyPolicy} {
			p, err := parse([]byte(raw))
			if err != nil {
				continue
			}
			require.True(t, json.Valid([]byte(raw)))
			p.Judge(action, "*")
			p.JudgePrincipal("*", action)
		}
	})
}
