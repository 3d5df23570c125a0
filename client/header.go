package client

// CheckHeaderValue refuses a value that no HTTP header can carry: one with a line break or
// another control character but a tab. name is the header, or the metadata, it is for.
// https://www.rfc-editor.org/rfc/rfc9110.html#section-5.5
func CheckHeaderValue(name, value string) error {
	at := 0
	for _, r := range value {
		at++
		if r < ' ' && r != '\t' || r == 0x7f {
			return Say("the value of %s has a line break or another control character at place %d, which no HTTP header can carry: leave it out", name, at).Err()
		}
	}
	return nil
}
