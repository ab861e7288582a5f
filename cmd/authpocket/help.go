package main

import "github.com/alecthomas/kong"

// helpTexts returns the help texts that are too long for a line of Go.
func helpTexts() kong.Vars {
	return kong.Vars{ // #nosec G101 -- words
		"version": buildVersion(),

		"help_log":     "Log level: debug, info, warn or error. Default: warn for serve, off for other commands.",
		"help_ca_file": "PEM file with a private CA, trusted in addition to the system's CAs.",
		"help_state":   "Directory for receipts. Default: authpocket below $XDG_STATE_HOME or ~/.local/state.",

		"help_plan": "Show what apply would change, without changing anything. " +
			"Exit code 0: nothing to change, 2: changes, 1: error.",
		"help_verify": "Check whether the link works. Exit code 0: no check failed, 3: a check failed, 1: error.",
		"help_export": "Print the plan as a blueprint, Terraform, a PocketBase migration, a shell script or " +
			"Markdown, without secrets.",

		"help_allow_env": "Another environment variable that the link file may use, in addition to AUTHENTIK_* and " +
			"POCKETBASE_*. Can be repeated.",
		"help_rewrite_secret": "Write authentik's client secret to PocketBase again, even if nothing else changes.",
		"help_whole":          "Export the whole link as if nothing existed yet, not only the remaining changes.",
		"help_person": "Username, e-mail address or primary key of the authentik user whose sign-in is predicted. " +
			"Default: that of --sign-in, or the owner of the token.",
		"help_sign_in": "Also sign in as this authentik user, without a browser. An account that the test creates is " +
			"deleted again. The password is read from --password-file, $$AUTHPOCKET_SIGNIN_PASSWORD or the terminal.",
		"help_sign_in_new": "Also sign in as a person who is made in authentik for this test. The person, and the " +
			"account that PocketBase creates, are deleted again. Shows these changes and asks first.",
		"help_person_email":  "E-mail address of that person. Default: one that no mail reaches.",
		"help_password_file": "File with the password for --sign-in.",
		"help_totp_secret_file": "File with the secret of the user's authenticator app, base32 or an otpauth address. " +
			"Or set $$AUTHPOCKET_SIGNIN_TOTP_SECRET.",
		"help_recovery_code_file": "File with a recovery code of the user, which works once. " +
			"Or set $$AUTHPOCKET_SIGNIN_RECOVERY_CODE.",

		"help_listen":     "Address to listen on. Non-loopback addresses need TLS, a trusted proxy or --insecure-http.",
		"help_tls_cert":   "Certificate for https, a PEM file.",
		"help_tls_key":    "Private key of the certificate, a PEM file.",
		"help_public_url": "The wizard's address in the browser, if it differs from the address listened on.",
		"help_proxy": "Address or network of a proxy that terminates https and sets X-Forwarded-Proto. " +
			"Needs --public-url.",
		"help_insecure_http": "Allow plain http from other machines. " +
			"Anyone who can read the traffic can read the admin tokens.",
	}
}
