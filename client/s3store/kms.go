package s3store

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/bucketseal/bucketseal/client"
)

// describeAtOnce bounds the DescribeKey calls of a listing: one for each key.
const describeAtOnce = 8

// mostKeyPages is more than any account has, at a hundred keys a page.
const mostKeyPages = 1000

// keyService is the key management service of an account.
type keyService struct {
	kms   *kms.Client
	store *Store
}

var _ client.Keys = (*keyService)(nil)

// newKeyService is nil where the account has none: at AWS there always is one,
// elsewhere only where the account names its URL.
func newKeyService(cfg aws.Config, s *Store) *keyService {
	if !s.account.IsAWS() && s.account.KMSEndpoint == "" {
		return nil
	}
	return &keyService{store: s, kms: kms.NewFromConfig(cfg, func(o *kms.Options) {
		if s.account.KMSEndpoint != "" {
			o.BaseEndpoint = aws.String(strings.TrimSuffix(s.account.KMSEndpoint, "/"))
		}
	})}
}

// KMS is the account's key management service; ok is false where there is none.
func (s *Store) KMS() (keys client.Keys, ok bool) {
	if s.kms == nil {
		return nil, false
	}
	return s.kms, true
}

// Keys lists the keys that can encrypt now: enabled, symmetric, for encryption;
// the customer's own first, then by name.
func (k *keyService) Keys(ctx context.Context) ([]client.Key, error) {
	ids, err := k.ids(ctx)
	if err != nil {
		return nil, err
	}
	aliases := k.aliases(ctx)
	described := make([]*types.KeyMetadata, len(ids))
	failed := make([]error, len(ids))
	slots := make(chan struct{}, describeAtOnce)
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			described[i], failed[i] = k.describe(ctx, client.KeyID(id))
		})
	}
	all.Wait()
	var keys []client.Key
	var first error
	for i, m := range described {
		switch {
		case failed[i] != nil && first == nil:
			first = failed[i]
		case m != nil && usable(m):
			keys = append(keys, keyOf(m, aliases[aws.ToString(m.KeyId)]))
		}
	}
	if len(keys) == 0 && first != nil {
		return nil, first // nothing is known of any of them
	}
	slices.SortFunc(keys, func(a, b client.Key) int {
		if a.AWSManaged != b.AWSManaged {
			if b.AWSManaged {
				return -1
			}
			return 1
		}
		return strings.Compare(nameOf(a), nameOf(b))
	})
	return keys, nil
}

// DescribeKey says what an id, ARN or alias means; its ARN is the key's own.
func (k *keyService) DescribeKey(ctx context.Context, id client.KeyID) (client.Key, error) {
	m, err := k.describe(ctx, id)
	if err != nil {
		return client.Key{}, err
	}
	return keyOf(m, nil), nil
}

func (k *keyService) ids(ctx context.Context) ([]string, error) {
	var all []string
	pages := kms.NewListKeysPaginator(k.kms, &kms.ListKeysInput{})
	for n := 1; pages.HasMorePages(); n++ {
		out, err := pages.NextPage(ctx)
		if err == nil && n > mostKeyPages {
			err = contradiction(client.Say("the list goes in circles: it goes on where it has been already"))
		}
		if err != nil {
			return nil, k.store.fail(call{op: "ListKeys"}, err)
		}
		for _, e := range out.Keys {
			all = append(all, aws.ToString(e.KeyId))
		}
	}
	return all, nil
}

// aliases are the names of the keys, by key id. That they may not be listed is
// no reason to show no keys.
func (k *keyService) aliases(ctx context.Context) map[string][]string {
	names := map[string][]string{}
	pages := kms.NewListAliasesPaginator(k.kms, &kms.ListAliasesInput{})
	for n := 1; pages.HasMorePages() && n <= mostKeyPages; n++ {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return names
		}
		for _, a := range out.Aliases {
			id := aws.ToString(a.TargetKeyId)
			names[id] = append(names[id], aws.ToString(a.AliasName))
		}
	}
	return names
}

func (k *keyService) describe(ctx context.Context, id client.KeyID) (*types.KeyMetadata, error) {
	out, err := k.kms.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(string(id))})
	if err != nil {
		return nil, k.store.fail(call{op: "DescribeKey", key: id}, err)
	}
	if out.KeyMetadata == nil {
		return nil, k.store.refuse(call{op: "DescribeKey", key: id}, client.KindUnsupported, client.Say("the answer describes no key").Err())
	}
	return out.KeyMetadata, nil
}

func usable(m *types.KeyMetadata) bool {
	return m.KeyState == types.KeyStateEnabled && m.KeyUsage == types.KeyUsageTypeEncryptDecrypt &&
		m.KeySpec == types.KeySpecSymmetricDefault
}

func keyOf(m *types.KeyMetadata, aliases []string) client.Key {
	return client.Key{
		ID: aws.ToString(m.KeyId), ARN: client.KeyID(aws.ToString(m.Arn)), Aliases: aliases,
		AWSManaged: m.KeyManager == types.KeyManagerTypeAws, Enabled: m.Enabled, State: string(m.KeyState),
	}
}

// nameOf is what a key is sorted by: what people call it.
func nameOf(k client.Key) string {
	if len(k.Aliases) > 0 {
		return k.Aliases[0]
	}
	return k.ID
}
