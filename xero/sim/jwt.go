package sim

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

// issuer is who the tokens say made them.
const issuer = "https://identity.xero.com"

const keyID = "SIMULATED1"

// signingKey is made when the first token is signed and shared by all Sims of a process.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("sim: no randomness for a key: " + err.Error())
	}
	return key
})

// signedToken is a JWT for an audience, with the claims that all tokens bear and these.
func (s *Sim) signedToken(now time.Time, life time.Duration, audience string, claims object) string {
	at := int(now.Unix())
	all := append(object{
		{"nbf", at}, {"iat", at}, {"exp", int(now.Add(life).Unix())}, {"iss", issuer}, {"aud", audience},
		{"sub", subject()}, {"auth_time", at}, {"xero_userid", userID}, {"global_session_id", strings.ReplaceAll(userID, "-", "")},
		{"jti", strings.ToUpper(strings.ReplaceAll(newID(), "-", ""))},
	}, claims...)
	signed := base64url(compactJSON(object{{"alg", "RS256"}, {"kid", keyID}, {"typ", "JWT"}})) + "." + base64url(compactJSON(all))
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, signingKey(), crypto.SHA256, sum[:])
	if err != nil {
		panic("sim: a token could not be signed: " + err.Error()) // only with a key too small for the hash
	}
	return signed + "." + base64url(signature)
}

// subject is the claim sub: a hash of the person.
func subject() string { return strings.ReplaceAll(userID, "-", "") }

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// discovery is GET /.well-known/openid-configuration.
func discovery(r *http.Request) answer {
	at := origin(r)
	scopes := list{}
	for _, scope := range knownScopes {
		scopes.values = append(scopes.values, scope)
	}
	only := func(words ...any) list { return list{values: words} }
	return answer{status: http.StatusOK, contentType: typeJSON, body: compactJSON(object{
		{"issuer", issuer},
		{"jwks_uri", at + "/.well-known/openid-configuration/jwks"},
		{"authorization_endpoint", at + "/identity/connect/authorize"},
		{"token_endpoint", at + "/connect/token"},
		{"userinfo_endpoint", at + "/connect/userinfo"},
		{"revocation_endpoint", at + "/connect/revocation"},
		{"scopes_supported", scopes},
		{"grant_types_supported", only("authorization_code", "refresh_token")},
		{"response_types_supported", only("code")},
		{"id_token_signing_alg_values_supported", only("RS256")},
		{"code_challenge_methods_supported", only("S256")},
	})}
}

// keySet is the public half of the key that signs tokens.
func keySet(*http.Request) answer {
	public := signingKey().PublicKey
	return answer{status: http.StatusOK, contentType: typeJSON, body: compactJSON(object{
		{"keys", list{values: []any{object{
			{"kty", "RSA"}, {"use", "sig"}, {"alg", "RS256"}, {"kid", keyID},
			{"n", base64url(public.N.Bytes())}, {"e", base64url(big.NewInt(int64(public.E)).Bytes())},
		}}}},
	})}
}

// compactJSON is JSON as the identity service prints it: on one line.
func compactJSON(v any) []byte {
	var b strings.Builder
	writeCompact(&b, v)
	return []byte(b.String())
}

func writeCompact(b *strings.Builder, v any) {
	switch v := v.(type) {
	case object:
		for i, f := range v {
			b.WriteString([]string{"{", ","}[min(i, 1)])
			quote(b, f.name)
			b.WriteByte(':')
			writeCompact(b, f.value)
		}
		b.WriteString([]string{"{}", "}"}[min(len(v), 1)])
	case list:
		b.WriteByte('[')
		for i, e := range v.values {
			if i > 0 {
				b.WriteByte(',')
			}
			writeCompact(b, e)
		}
		b.WriteByte(']')
	default:
		writeJSON(b, v, 0)
	}
}
