package strictjson

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

type Place struct {
	City string `json:"city"`
}

type person struct {
	Place
	Name   string              `json:"name"`
	Age    int                 `json:"age"`
	Here   *bool               `json:"here"`
	Likes  []string            `json:"likes"`
	Keys   map[string][]string `json:"keys"`
	Secret string              `json:"-"`
	Plain  string
}

func read(text string) (p person, err error) {
	r, err := New([]byte(text), client.Say("a list of %s", "people"))
	if err != nil {
		return p, err
	}
	if err = r.Value(&p, client.Say("the file")); err == nil {
		err = r.End()
	}
	return p, err
}

func TestAValueIsReadByItsType(t *testing.T) {
	p, err := read("\ufeff" + `{"name":"\u0041da","age":36,"here":false,"likes":["x",""],"keys":{"a":["b"],"c":[]},"city":"London"}` + "\r\n")
	require.NoError(t, err)
	no := false
	assert.Equal(t, person{Place{"London"}, "Ada", 36, &no, []string{"x", ""}, map[string][]string{"a": {"b"}, "c": {}}, "", ""}, p)
	p, err = read(`{"keys":{}}`)
	require.NoError(t, err)
	assert.Equal(t, person{}, p, "what is not there is left as it was")
}

func TestWhatIsOddIsRefusedWithItsLineAndPlace(t *testing.T) {
	for text, says := range map[string]string{
		"":                                   "the file is empty, which is not a list of people: put back a good copy",
		"\xff\xfe{\x00}\x00":                 "the file is UTF-16",
		"{\n\"name\":\"d\xe9\"}":             "line 2: this is no UTF-8",
		"{\n\n,}":                            "line 3: the file is not a list of people: it is no JSON (",
		"{\n":                                "line 2: the file is not a list of people: it ends too early (",
		"{}\n{}":                             "line 2: something follows the list: remove it",
		"[]":                                 "line 1: the file is not an object",
		"null":                               "line 1: the file is not an object",
		"{\n\"Name\":\"x\"}":                 `line 2: the file has a field "Name", which is none of: age, city, here, keys, likes, name`,
		`{"Secret":"x"}`:                     `the file has a field "Secret"`,
		`{"Plain":"x"}`:                      `the file has a field "Plain"`,
		`{"name":"x","name":"x"}`:            `line 1: the file has the field "name" twice: keep one of them`,
		`{"name":null}`:                      `line 1: "name" of the file is not text in quotes; leave the field out`,
		`{"city":5}`:                         `line 1: "city" of the file is not text in quotes`,
		`{"name":"\ud800"}`:                  `line 1: "name" of the file holds half a character: write it out`,
		`{"\ud800":"x"}`:                     `line 1: a name in the file holds half a character`,
		`{"age":1.5}`:                        `line 1: "age" of the file is no whole number`,
		`{"age":99999999999999999999}`:       `line 1: "age" of the file is no whole number`,
		`{"age":"1"}`:                        `line 1: "age" of the file is no whole number`,
		`{"here":null}`:                      `line 1: "here" of the file is neither true nor false`,
		`{"likes":{}}`:                       `line 1: "likes" of the file is not a list`,
		"{\"likes\":[\"x\",\n1]}":            `line 2: "likes" of the file, number 2 is not text in quotes`,
		`{"keys":[]}`:                        `line 1: "keys" of the file is not an object of names and values`,
		"{\"keys\":{\"a\":[],\n\"b\":null}}": `line 2: "b" of "keys" of the file is not a list`,
		`{"keys":{"a":[],"a":[]}}`:           `line 1: "keys" of the file has the field "a" twice`,
	} {
		_, err := read(text)
		require.ErrorContains(t, err, says, text)
		said := client.TextOf(err)
		assert.NotEqual(t, client.Verbatim(err.Error()), said, text)
		assert.Equal(t, err.Error(), said.String(), text)
	}
}

func TestAFieldMayReadItself(t *testing.T) {
	r, err := New([]byte("{\"even\":\n3}"), client.Say("a list of %s", "numbers"))
	require.NoError(t, err)
	var n int
	_, err = r.Object(client.Say("the file"), client.Say("an object"), Fields{"even": Func(func(r *Reader, what client.Text) error {
		if err := r.Value(&n, what); err != nil || n%2 == 0 {
			return err
		}
		return r.Fault(client.Say("%s is not %s", what, "even"))
	})})
	require.EqualError(t, err, `line 2: "even" of the file is not even`)
	assert.Equal(t, 3, n)
}

func TestPeekReadsLooselyAndMovesNothing(t *testing.T) {
	r, err := New([]byte(`{"version":7,"name":[]} {"version":8}`), client.Say("a list"))
	require.NoError(t, err)
	var version int
	var name string
	require.True(t, r.Peek("version", &version))
	assert.Equal(t, 7, version)
	assert.False(t, r.Peek("name", &name), "another kind")
	assert.False(t, r.Peek("nothing", &version))
	there, err := r.Object(client.Say("the file"), client.Say("an object"), Fields{"version": &version, "name": &[]string{}})
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{"version": true, "name": true}, there)
	assert.True(t, r.More())
}

// It is the program's fault, and is found at the first file that is read.
func TestAKindThatCannotBeReadPanics(t *testing.T) {
	r, err := New([]byte("1.5"), client.Say("a list"))
	require.NoError(t, err)
	var f float64
	assert.PanicsWithValue(t, "strictjson: nothing is read into a *float64", func() { _ = r.Value(&f, client.Say("the file")) })
}
