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

data "authentik_flow" "authentication" {
  slug = "default-authentication-flow"
}

data "authentik_certificate_key_pair" "signing" {
  name              = "P-256 for tokens"
  fetch_certificate = false
  fetch_key         = false
}

resource "authentik_property_mapping_provider_scope" "trust_attribute" {
  # All links with the same e-mail decision share it. Do not destroy it before the last of them.
  name        = "authpocket: trust e-mail addresses marked verified"
  scope_name  = "email"
  description = "E-mail address, verified where the attribute email_verified says so"
  expression  = "return {\n    \"email\": request.user.email,\n    \"email_verified\": request.user.attributes.get(\"email_verified\", False),\n}"
}

data "authentik_property_mapping_provider_scope" "scope_0" {
  managed = "goauthentik.io/providers/oauth2/scope-openid"
}

data "authentik_property_mapping_provider_scope" "scope_1" {
  managed = "goauthentik.io/providers/oauth2/scope-profile"
}

data "authentik_property_mapping_provider_scope" "scope_3" {
  managed = "goauthentik.io/providers/oauth2/scope-offline_access"
}

data "authentik_property_mapping_provider_scope" "scope_4" {
  name = "Groups of the person"
}

resource "authentik_provider_oauth2" "pocketbase" {
  name                = "Provider for Notes"
  client_type         = "confidential"
  client_id           = "notes"
  client_secret       = var.pocketbase_client_secret
  authorization_flow  = data.authentik_flow.authorization.id
  invalidation_flow   = data.authentik_flow.invalidation.id
  authentication_flow = data.authentik_flow.authentication.id
  signing_key         = data.authentik_certificate_key_pair.signing.id
  grant_types         = ["authorization_code", "refresh_token"]
  property_mappings = [
    data.authentik_property_mapping_provider_scope.scope_0.id,
    data.authentik_property_mapping_provider_scope.scope_1.id,
    authentik_property_mapping_provider_scope.trust_attribute.id,
    data.authentik_property_mapping_provider_scope.scope_3.id,
    data.authentik_property_mapping_provider_scope.scope_4.id,
  ]
  allowed_redirect_uris = [
    {
      matching_mode     = "strict"
      url               = "https://notes.company/api/oauth2-redirect"
      redirect_uri_type = "authorization"
    },
    {
      matching_mode     = "regex"
      url               = "https://[a-z]+\\.notes\\.company/api/oauth2-redirect"
      redirect_uri_type = "authorization"
    },
    {
      matching_mode     = "strict"
      url               = "https://notes.company/bye"
      redirect_uri_type = "logout"
    },
  ]
  access_code_validity       = "minutes=1"
  access_token_validity      = "hours=1"
  refresh_token_validity     = "days=30"
  refresh_token_threshold    = "seconds=0"
  sub_mode                   = "user_uuid"
  issuer_mode                = "per_provider"
  include_claims_in_id_token = true
}

resource "authentik_application" "pocketbase" {
  name               = "Notes"
  slug               = "notes"
  protocol_provider  = authentik_provider_oauth2.pocketbase.id
  group              = "Apps"
  policy_engine_mode = "any"
  meta_launch_url    = "https://notes.company"
  meta_icon          = "fa://fa-note"
  meta_publisher     = "Company"
  meta_description   = "Everyone's notes"
  open_in_new_tab    = true
  meta_hide          = true
}

data "authentik_group" "group_66666666" {
  name          = "pb-users"
  include_users = false
}

resource "authentik_policy_binding" "group_66666666" {
  target  = authentik_application.pocketbase.uuid
  group   = data.authentik_group.group_66666666.id
  order   = 0
  enabled = true
  negate  = false
}

data "authentik_user" "user_31" {
  username = "ada"
}

resource "authentik_policy_binding" "user_31" {
  target  = authentik_application.pocketbase.uuid
  user    = data.authentik_user.user_31.id
  order   = 1
  enabled = true
  negate  = false
}

resource "authentik_policy_binding" "policy_77777777" {
  # The policy "office-hours". Its key stands here: no data source finds it.
  target  = authentik_application.pocketbase.uuid
  policy  = "77777777-0000-4000-8000-000000000001"
  order   = 2
  enabled = true
  negate  = false
}
