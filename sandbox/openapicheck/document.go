//go:build tools

package openapicheck

import _ "goauthentik.io/api/v3" // keeps the module with the document in go.mod; too large to compile
