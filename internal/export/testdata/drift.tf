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

import {
  to = authentik_property_mapping_provider_scope.trust_all
  id = "33333333-0000-4000-8000-000000000006"
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

import {
  to = authentik_provider_oauth2.pocketbase
  id = "7"
}

resource "authentik_provider_oauth2" "pocketbase" {
  name               = "Provider for PocketBase"
  client_type        = "confidential"
  client_id          = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7b"
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
    {
      matching_mode     = "strict"
      url               = "myapp://callback"
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

  lifecycle {
    # These stay as they are in authentik. To set one above, remove it here.
    ignore_changes = [encryption_key, jwt_federation_providers, jwt_federation_sources, logout_method, logout_uri]
  }
}

import {
  to = authentik_application.pocketbase
  id = "pocketbase"
}

resource "authentik_application" "pocketbase" {
  name               = "PocketBase"
  slug               = "pocketbase"
  protocol_provider  = authentik_provider_oauth2.pocketbase.id
  group              = "Apps"
  policy_engine_mode = "any"
  meta_description   = "Notes | tables\nfor everyone"
  open_in_new_tab    = false

  lifecycle {
    # These stay as they are in authentik. To set one above, remove it here.
    ignore_changes = [backchannel_providers]
  }
}

data "authentik_group" "group_66666666" {
  name          = "pb-users"
  include_users = false
}

import {
  to = authentik_policy_binding.group_66666666
  id = "55555555-0000-4000-8000-000000000001"
}

resource "authentik_policy_binding" "group_66666666" {
  target  = authentik_application.pocketbase.uuid
  group   = data.authentik_group.group_66666666.id
  order   = 0
  enabled = true
  negate  = false

  lifecycle {
    # These stay as they are in authentik. To set one above, remove it here.
    ignore_changes = [failure_result, timeout]
  }
}

data "authentik_group" "group_66666666_0000_4000_8000_000000000002" {
  name          = "pb-guests"
  include_users = false
}

resource "authentik_policy_binding" "group_66666666_0000_4000_8000_000000000002" {
  target  = authentik_application.pocketbase.uuid
  group   = data.authentik_group.group_66666666_0000_4000_8000_000000000002.id
  order   = 1
  enabled = true
  negate  = false
}
