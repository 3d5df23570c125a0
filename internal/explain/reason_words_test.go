package explain

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

func TestWhyAFileIsTreatedSoIsSaidInTheUsersLanguage(t *testing.T) {
	i18n.Set(i18n.TraditionalChinese)
	t.Cleanup(func() { i18n.Set(i18n.English) })
	set := rules.Set{Rules: []rules.Rule{{Bucket: "reports*", Type: client.TypeSSEKMS, KMSKey: "ab12", BucketKey: true}}}
	for _, d := range []rules.Decision{
		set.Decide(rules.File{}, client.Location{Bucket: "reports", Key: "a"}),
		set.Decide(rules.File{}, client.Location{Bucket: "photos", Key: "a"}),
		set.Decide(rules.File{Override: client.Treatment{Type: client.TypeSSES3}}, client.Location{Bucket: "photos", Key: "a"}),
	} {
		said := i18n.Say(d.Treatment.Because)
		assert.NotEqual(t, d.Treatment.Because.String(), said)
		for _, word := range []string{"rule", "key ", "matches", "chosen"} {
			assert.NotContains(t, said, word, "of %q", d.Treatment.Because.String())
		}
	}
	said := i18n.Say(set.Decide(rules.File{}, client.Location{Bucket: "reports", Key: "a"}).Treatment.Because)
	assert.Contains(t, said, "ab12")
	assert.Contains(t, said, "reports*")
}
