package policy

// place is where the policy of this computer is.
func place() (string, error) { return "/Library/Application Support/Feebridge/policy.json", nil }
