# Terraform for authentik: what people sign in to PocketBase with.
#
# The API token is taken from the environment variable AUTHENTIK_TOKEN. Read
# the plan before you apply it: settings that this file names neither here nor
# in ignore_changes, such as the logout URI, get the provider's defaults.

terraform {
  required_version = ">= 1.5"
  required_providers {
    authentik = {
      source  = "goauthentik/authentik"
      version = "~> 2026.5"
    }
  }
}

provider "authentik" {
  url = "https://authentik.company"
}

variable "pocketbase_client_secret" {
  description = "The client secret, the same one that PocketBase has. Set TF_VAR_pocketbase_client_secret."
  type        = string
  sensitive   = true
}

data "authentik_flow" "authorization" {
  slug = "default-provider-authorization-implicit-consent"
}

data "authentik_flow" "invalidation" {
  slug = "default-provider-invalidation-flow"
}

data "authentik_certificate_key_pair" "signing" {
  name              = "authentik Self-signed Certificate"
  fetch_certificate = false
  fetch_key         = false
}

resource "authentik_property_mapping_provider_scope" "trust_all" {
  # All links with the same e-mail decision share it. Do not destroy it before the last of them.
  name        = "authpocket: trust every e-mail address"
  scope_name  = "email"
  description = "E-mail address, always verified"
  expression  = "return {\n    \"email\": request.user.email,\n    \"email_verified\": bool(request.user.email),\n}"
}

data "authentik_property_mapping_provider_scope" "scope_0" {
  managed = "goauthentik.io/providers/oauth2/scope-openid"
}

data "authentik_property_mapping_provider_scope" "scope_1" {
  managed = "goauthentik.io/providers/oauth2/scope-profile"
}

resource "authentik_provider_oauth2" "pocketbase" {
  name               = "Provider for PocketBase"
  client_type        = "confidential"
  client_id          = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7b"
  client_secret      = var.pocketbase_client_secret
  authorization_flow = data.authentik_flow.authorization.id
  invalidation_flow  = data.authentik_flow.invalidation.id
  signing_key        = data.authentik_certificate_key_pair.signing.id
  grant_types        = ["authorization_code"]
  property_mappings = [
    data.authentik_property_mapping_provider_scope.scope_0.id,
    data.authentik_property_mapping_provider_scope.scope_1.id,
    authentik_property_mapping_provider_scope.trust_all.id,
  ]
  allowed_redirect_uris = [
    {
      matching_mode     = "strict"
      url               = "https://pocketbase.company/api/oauth2-redirect"
      redirect_uri_type = "authorization"
    },
  ]
  access_code_validity       = "minutes=1"
  access_token_validity      = "hours=1"
  refresh_token_validity     = "days=30"
  refresh_token_threshold    = "seconds=0"
  sub_mode                   = "hashed_user_id"
  issuer_mode                = "per_provider"
  include_claims_in_id_token = true
}

resource "authentik_application" "pocketbase" {
  name               = "PocketBase"
  slug               = "pocketbase"
  protocol_provider  = authentik_provider_oauth2.pocketbase.id
  policy_engine_mode = "any"
  open_in_new_tab    = false
}
