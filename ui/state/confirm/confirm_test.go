package confirm

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

var folder = client.Location{Bucket: "reports", Key: "2026/"}

// A desk is somebody who is asked, and counts what is asked of others meanwhile.
type desk struct {
	loop uitest.Loop
	t    *testing.T
	*Transfer
	asked     int // questions shown
	surveys   int
	listed    int // of KMS keys
	drafted   []session.Choice
	draft     func(session.Choice) transfer.Plan
	err       error
	rules     []rules.Rule // those in force
	rulesErr  error        // why they cannot be read
	submitted [][]transfer.Job
	problems  []explain.Message
}

// at is a desk where a plan is made so.
func at(t *testing.T, draft func(session.Choice) transfer.Plan) *desk {
	return &desk{t: t, draft: draft}
}

func (d *desk) world() World {
	return World{
		Context: d.t.Context(), Loop: &d.loop,
		Survey: func(context.Context) (session.Draft, error) {
			d.surveys++
			return func(_ context.Context, c session.Choice) (session.Drafted, error) {
				d.drafted = append(d.drafted, c)
				return session.Drafted{Plan: d.draft(c), Rules: slices.Clone(d.rules)}, d.rulesErr
			}, d.err
		},
		Keys: func(context.Context) ([]client.Key, error) {
			d.listed++
			return []client.Key{{ARN: "arn:on", Enabled: true}, {ARN: "arn:off"}}, nil
		},
		Ask:     func(q *Transfer) { d.Transfer, d.asked = q, d.asked+1 },
		Submit:  func(jobs []transfer.Job) { d.submitted = append(d.submitted, jobs) },
		Problem: func(m explain.Message) { d.problems = append(d.problems, m) },
	}
}

func (d *desk) upload() *desk {
	Upload(folder, d.world())
	require.Equal(d.t, 1, d.asked, "it is shown at once")
	return d
}

// start says yes, and lets what that takes be done.
func (d *desk) start() {
	d.Start()
	d.loop.Pump()
}

// oneFile is a plan of one file, encrypted as is chosen, else by a rule.
func oneFile(c session.Choice) transfer.Plan {
	e := c.Encryption
	if e.Type == client.TypeUndecided {
		e = client.Treatment{Type: client.TypeSSES3, Rule: 1}
	}
	return transfer.Plan{Jobs: []transfer.Job{{
		Op: transfer.Upload, To: transfer.Place{At: folder.Join("a")}, Treatment: e, Overwrite: c.Overwrite, Expect: transfer.Expect{Size: 3},
	}}, Bytes: 3}
}

func TestDiskAndServerAreLookedAtOnceWhateverIsChosen(t *testing.T) {
	d := at(t, oneFile).upload()
	d.loop.Pump()
	d.SetEncrypt(false)
	d.loop.Pump()
	d.SetChoice(ChooseSSEKMS, "alias/a")
	d.SetChoice(ChooseSSEKMS, "alias/ab")
	d.loop.Pump()
	d.SetOverwrite(transfer.OverwriteSkip)
	d.loop.Pump()
	assert.Equal(t, 1, d.surveys)
	assert.Equal(t, session.Choice{Encryption: client.Treatment{Type: client.TypeSSEKMS, Key: "alias/ab"}, Overwrite: transfer.OverwriteSkip}, d.drafted[len(d.drafted)-1])
	d.start()
	require.Len(t, d.submitted, 1)
	assert.Equal(t, client.KeyID("alias/ab"), d.submitted[0][0].Treatment.Key)
	assert.Equal(t, transfer.OverwriteSkip, d.submitted[0][0].Overwrite)
	assert.Equal(t, 1, d.listed, "which keys there are is asked once, when they are wanted")
	assert.Equal(t, []string{"arn:on"}, d.KeyChoices())
}

func TestAChoiceMadeWhileTheFilesAreLookedAtCounts(t *testing.T) {
	d := at(t, oneFile).upload()
	d.SetChoice(ChooseInherit, "")
	assert.True(t, d.Planning())
	d.loop.Pump()
	assert.Equal(t, 1, d.surveys)
	d.Start()
	d.Start()
	d.loop.Pump()
	d.start()
	require.Len(t, d.submitted, 1, "a plan is handed over once")
	assert.Equal(t, client.TypeInherit, d.submitted[0][0].Treatment.Type)
}

func TestWhatBeginsIsWhatIsChosenEvenIfThePlanIsStillBeingMade(t *testing.T) {
	d := at(t, oneFile).upload()
	d.loop.Pump()
	d.SetChoice(ChooseSSEKMS, "alias/typed")
	d.Start()
	assert.Empty(t, d.submitted)
	d.loop.Pump()
	require.Len(t, d.submitted, 1)
	assert.Equal(t, client.KeyID("alias/typed"), d.submitted[0][0].Treatment.Key)
}

func TestAPlanThatSaysMoreThanWasSeenWaitsForAnotherYes(t *testing.T) {
	alarming := map[string]func(*transfer.Plan){
		"refuses":    func(p *transfer.Plan) { p.Refused = []transfer.Refusal{{Source: "/a"}} },
		"overwrites": func(p *transfer.Plan) { p.Existing = []client.Location{folder.Join("a")} },
	}
	for name, alarm := range alarming {
		d := at(t, func(c session.Choice) transfer.Plan {
			p := oneFile(c)
			if c.Encryption.Type == client.TypeSSEKMS {
				alarm(&p)
			}
			return p
		}).upload()
		d.loop.Pump()
		d.SetChoice(ChooseSSEKMS, "alias/a")
		d.Start()
		d.loop.Pump()
		assert.Empty(t, d.submitted, name)
		d.start()
		assert.Len(t, d.submitted, 1, "%s: it has been seen now", name)
	}
}

func TestASurveyThatFailedIsMadeAgainForAnotherChoice(t *testing.T) {
	d := at(t, oneFile)
	d.err = errors.New("rules.json is damaged")
	d.upload()
	d.loop.Pump()
	assert.NotEmpty(t, d.WhyNotStart())
	assert.Contains(t, d.Lines()[0].Text, "Rules.json is damaged")
	d.start()
	assert.Empty(t, d.submitted)

	d.err = nil
	d.SetChoice(ChooseSSES3, "")
	d.loop.Pump()
	assert.Equal(t, 2, d.surveys)
	assert.Empty(t, d.WhyNotStart())
}

func TestADownloadBeginsByItselfWhereNothingNeedsAnAnswer(t *testing.T) {
	d := at(t, oneFile)
	Download("/somewhere/", d.world())
	d.loop.Pump()
	assert.Zero(t, d.asked)
	assert.Len(t, d.submitted, 1)

	d = at(t, func(c session.Choice) transfer.Plan {
		p := oneFile(c)
		p.Existing = []client.Location{folder.Join("a")}
		return p
	})
	Download("/somewhere/", d.world())
	d.loop.Pump()
	assert.Equal(t, 1, d.asked)
	assert.Empty(t, d.submitted)
	assert.True(t, d.MayOverwrite())
	assert.Equal(t, "Download 1 file (3 B) into /somewhere", d.Headline())

	d = at(t, oneFile)
	d.err = &client.Error{Kind: client.KindDenied}
	Download("/somewhere/", d.world())
	d.loop.Pump()
	assert.Zero(t, d.asked)
	assert.Len(t, d.problems, 1)
}

func TestFilesThatMayBeThereLetChooseToo(t *testing.T) {
	d := at(t, func(c session.Choice) transfer.Plan {
		p := oneFile(c)
		p.MayExist = 1
		return p
	}).upload()
	d.loop.Pump()
	assert.True(t, d.MayOverwrite())
}

// ruled is a plan of one file by the rules in force.
func (d *desk) ruled(c session.Choice) transfer.Plan {
	p := oneFile(c)
	if c.Encryption.Type == client.TypeUndecided {
		p.Jobs[0].Treatment = client.Treatment{Type: client.TypeInherit}
		if len(d.rules) > 0 {
			p.Jobs[0].Treatment = client.Treatment{Type: d.rules[0].Type, Rule: 1}
		}
	}
	return p
}

func TestNothingBeginsByRulesThatAreOthersNow(t *testing.T) {
	changes := map[string]struct {
		before, after []rules.Rule
		want          client.EncryptionType
	}{
		"added":   {nil, []rules.Rule{{ID: "1", Type: client.TypeSSEKMS}}, client.TypeSSEKMS},
		"edited":  {[]rules.Rule{{ID: "1", Type: client.TypeSSES3}}, []rules.Rule{{ID: "1", Type: client.TypeSSEKMS}}, client.TypeSSEKMS},
		"removed": {[]rules.Rule{{ID: "1", Type: client.TypeSSES3}}, nil, client.TypeInherit},
	}
	for name, c := range changes {
		d := at(t, nil)
		d.draft, d.rules = d.ruled, c.before
		d.upload()
		d.loop.Pump()
		d.rules = c.after
		d.start()
		require.Empty(t, d.submitted, "%s: the user was shown something else", name)
		assert.Contains(t, d.Lines()[0].Text, "The rules were changed meanwhile", name)
		d.start()
		require.Len(t, d.submitted, 1, name)
		assert.Equal(t, c.want, d.submitted[0][0].Treatment.Type, name)
	}
}

func TestAYesToAPlanNotYetShownDoesNotCountForOtherRules(t *testing.T) {
	d := at(t, nil)
	d.draft, d.rules = d.ruled, []rules.Rule{{ID: "1", Type: client.TypeSSEKMS}}
	d.upload()
	d.loop.Pump()
	d.SetChoice(ChooseSSES3, "")
	d.loop.Pump()
	d.rules = nil
	d.SetChoice(AsRules, "")
	d.start()
	assert.Empty(t, d.submitted, "the rules asked for a key when they were shown")
	assert.False(t, d.Encrypts())
	d.rules = nil
	d.SetOverwrite(transfer.OverwriteSkip)
	d.loop.Pump()
	assert.NotContains(t, d.Lines()[0].Text, "meanwhile", "these are the rules that were shown")
}

func TestNothingBeginsWhileTheRulesCannotBeRead(t *testing.T) {
	d := at(t, oneFile).upload()
	d.loop.Pump()
	d.rulesErr = &session.RulesError{Err: errors.New("rules.json is damaged")}
	d.start()
	assert.Empty(t, d.submitted)
	assert.Contains(t, d.Lines()[0].Text, "nothing is uploaded: rules.json is damaged")
	d.rulesErr = nil
	d.SetOverwrite(transfer.OverwriteSkip)
	d.start()
	assert.Empty(t, d.submitted, "no plan stands there to say yes to")
	d.start()
	assert.Len(t, d.submitted, 1)
	assert.Equal(t, 1, d.surveys)
}

func TestNothingBeginsOnceTheAccountWasLeft(t *testing.T) {
	d := at(t, oneFile)
	w := d.world()
	account, leave := context.WithCancel(t.Context())
	w.Context = account
	Upload(folder, w)
	d.loop.Pump()
	assert.Empty(t, d.WhyNotStart())
	leave()
	assert.Equal(t, "Its account is not open any more.", d.WhyNotStart())
	d.start()
	assert.Empty(t, d.submitted)
	assert.False(t, d.Planning(), "it waits for nothing")
}

func TestGivingUpDropsWhatIsUnderWay(t *testing.T) {
	d := at(t, oneFile).upload()
	closed, changed := 0, 0
	d.OnClose, d.OnChange = func() { closed++ }, func() { changed++ }
	d.Cancel()
	d.Cancel()
	d.loop.Pump()
	d.start()
	assert.Equal(t, 1, closed)
	assert.Empty(t, d.submitted)
	assert.Zero(t, changed)
	assert.True(t, d.Planning(), "the answer came to nobody")
}

func TestWithoutAKMSNoKeysAreListed(t *testing.T) {
	d := at(t, oneFile)
	w := d.world()
	w.Keys = nil
	Upload(folder, w)
	d.SetChoice(ChooseSSEKMS, "")
	d.loop.Pump()
	assert.Empty(t, d.KeyChoices())
}
