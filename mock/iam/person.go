package iam

// Person is who calls, as found by the signature.
type Person struct {
	ARN     string // empty: nobody, a request without a key
	Root    bool   // the account itself: every action is allowed it, whatever Policy says
	Policy  Policy
	Context Context // of the call they make
}

// Judge is what the person's own policy says of an action on a resource.
func (p Person) Judge(action, resource string) Verdict {
	if p.Root {
		return Allowed
	}
	return p.Policy.Judge(action, resource, p.Context)
}

// Refusal puts a verdict that is not Allowed into the words of AWS; based is
// "identity" or "resource", for the policy that decided.
func (p Person) Refusal(v Verdict, based, action, resource string) string {
	text := "User: " + p.ARN + " is not authorized to perform: " + action + " on resource: " + resource
	if v == Denied {
		return text + " with an explicit deny in " + article(based) + based + "-based policy"
	}
	return text + " because no " + based + "-based policy allows the " + action + " action"
}

func article(word string) string {
	if word == "identity" {
		return "an "
	}
	return "a "
}
