//go:build unix && !darwin

package policy

// place is where the policy of this computer is.
func place() (string, error) { return "/etc/feebridge/policy.json", nil }
