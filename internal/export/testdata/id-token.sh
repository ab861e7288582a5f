#!/bin/sh
# Makes the changes of an authpocket plan with curl: run it once, while both
# systems are as they were when the plan was made. It stops at the first call
# that fails; then make a new plan. There is no secret in it.
#
# It needs these environment variables:
#   AUTHENTIK_TOKEN           an API token of an authentik administrator
#   POCKETBASE_TOKEN          a token of a PocketBase superuser
#   POCKETBASE_CLIENT_SECRET  the client secret for both systems
# AUTHENTIK_URL and POCKETBASE_URL reach the two at other addresses.

set -eu
LC_ALL=C
export LC_ALL
newline='
'

stop() {
    printf '%s\n' "$1" >&2
    exit 1
}

# printable stops where its second argument has a control character.
printable() {
    [ "$2" = "$(printf '%s' "$2" | tr -d '\000-\037\177')" ] ||
        stop "$1 has a control character in it, such as a line break. Remove it."
}

# escaped prints its argument as it stands between double quotes, in JSON and
# in curl's configuration. Line breaks are only ever between JSON's tokens.
escaped() {
    printf '%s' "$1" | tr '\n' ' ' | sed 's/["\\]/\\&/g'
}

# configuration prints what curl reads on its standard input, so that no list
# of processes shows the token and the body.
configuration() {
    printf 'header = "Authorization: %s"\n' "$(escaped "$1")"
    if [ -n "$2" ]; then
        printf 'data-binary = "%s"\n' "$(escaped "$2")"
    fi
}

# call METHOD URL AUTHORIZATION BODY sends a request and keeps the answer.
call() {
    answer=$(configuration "$3" "$4" | curl --config - --silent --show-error --globoff \
        --proto '=http,https' --max-time 60 --request "$1" --header 'Accept: application/json' \
        --header 'Accept-Language: en' --header 'Content-Type: application/json' \
        --write-out '\n%{http_code}' --url "$2") || stop "No answer to $1 $2."
    code=${answer##*"$newline"}
    answer=${answer%"$newline"*}
    case $code in
        2??) ;;
        *) stop "$1 $2 was answered with $code: $(printf '%.500s' "$answer" | tr -d '\000-\037\177')" ;;
    esac
}

authentik() {
    call "$1" "$authentik_url$2" "Bearer $AUTHENTIK_TOKEN" "$3"
}

pocketbase() {
    call "$1" "$pocketbase_url$2" "$POCKETBASE_TOKEN" "$3"
}

# pk prints the primary key of the object that was answered last, as JSON:
# the member "pk" of the outermost object, wherever it stands.
pk() {
    key=$(printf '%s\n' "$answer" | awk '
        { text = text $0 "\n" }
        END {
            for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                if (quoted && c == "\\") { i++; word = word "?" }
                else if (quoted && c == "\"") { quoted = 0; value = "\"" word "\"" }
                else if (quoted) word = word c
                else if (c == "\"") { quoted = 1; word = "" }
                else if (c == ":") { if (depth == 1) name = word; value = "" }
                else if (c ~ /[]},]/) {
                    if (depth == 1 && name == "pk") { print value; exit }
                    if (c != ",") depth--
                    name = ""
                }
                else if (c ~ /[[{]/) { depth++; name = "" }
                else if (c !~ /[ \t\r\n]/) value = value c
            }
        }')
    case $key in
        '' | *[!0-9A-Za-z\"-]*) stop "authentik's answer has no primary key in it." ;;
    esac
    printf '%s' "$key"
}

: "${AUTHENTIK_TOKEN:?Set it to an API token of an authentik administrator.}"
printable AUTHENTIK_TOKEN "$AUTHENTIK_TOKEN"
authentik_url='https://authentik.company'
if [ -n "${AUTHENTIK_URL:-}" ]; then authentik_url=${AUTHENTIK_URL%/}; fi

: "${POCKETBASE_TOKEN:?Set it to a token of a PocketBase superuser.}"
printable POCKETBASE_TOKEN "$POCKETBASE_TOKEN"
pocketbase_url='https://pocketbase.company'
if [ -n "${POCKETBASE_URL:-}" ]; then pocketbase_url=${POCKETBASE_URL%/}; fi

: "${POCKETBASE_CLIENT_SECRET:?Set it to the client secret for both systems.}"
printable POCKETBASE_CLIENT_SECRET "$POCKETBASE_CLIENT_SECRET"
client_secret="\"$(escaped "$POCKETBASE_CLIENT_SECRET")\""

# Providers that were added to the collection since would be lost.
pocketbase GET '/api/collections?fields=id%2Cupdated&filter=id%3D%22_pb_users_auth_%22' ''
case $answer in
    *'"updated":"2026-11-20 10:00:00.000Z"'*) ;;
    *) stop "The collection was changed since the plan was made. Nothing was written; make a new plan." ;;
esac

# 1 of 3: authentik
authentik POST '/api/v3/propertymappings/provider/scope/' '{
  "name": "authpocket: trust e-mail addresses marked verified",
  "scope_name": "email",
  "expression": "return {\n    \"email\": request.user.email,\n    \"email_verified\": request.user.attributes.get(\"email_verified\", False),\n}",
  "description": "E-mail address, verified where the attribute email_verified says so"
}'
mapping_pk=$(pk)

# 2 of 3: authentik
authentik PUT '/api/v3/core/transactional/applications/' '{
  "app": {
    "name": "Notes",
    "slug": "notes",
    "group": "Apps",
    "policy_engine_mode": "any",
    "meta_launch_url": "https://notes.company",
    "meta_icon": "fa://fa-note",
    "meta_publisher": "Company",
    "meta_description": "Everyone'\''s notes",
    "open_in_new_tab": true,
    "meta_hide": true
  },
  "provider_model": "authentik_providers_oauth2.oauth2provider",
  "provider": {
    "name": "Provider for Notes",
    "authorization_flow": "11111111-0000-4000-8000-000000000001",
    "invalidation_flow": "11111111-0000-4000-8000-000000000002",
    "authentication_flow": "11111111-0000-4000-8000-000000000003",
    "client_type": "confidential",
    "client_id": "notes",
    "client_secret": '"$client_secret"',
    "redirect_uris": [
      {
        "matching_mode": "strict",
        "url": "https://notes.company/api/oauth2-redirect",
        "redirect_uri_type": "authorization"
      },
      {
        "matching_mode": "regex",
        "url": "https://[a-z]+\\.notes\\.company/api/oauth2-redirect",
        "redirect_uri_type": "authorization"
      },
      {
        "matching_mode": "strict",
        "url": "https://notes.company/bye",
        "redirect_uri_type": "logout"
      }
    ],
    "signing_key": "22222222-0000-4000-8000-000000000002",
    "access_code_validity": "minutes=1",
    "access_token_validity": "hours=1",
    "refresh_token_validity": "days=30",
    "refresh_token_threshold": "seconds=0",
    "sub_mode": "user_uuid",
    "issuer_mode": "per_provider",
    "include_claims_in_id_token": true,
    "property_mappings": [
      "33333333-0000-4000-8000-000000000001",
      "33333333-0000-4000-8000-000000000003",
      '"$mapping_pk"',
      "33333333-0000-4000-8000-000000000004",
      "33333333-0000-4000-8000-000000000005"
    ],
    "grant_types": [
      "authorization_code",
      "refresh_token"
    ]
  },
  "policy_bindings": [
    {
      "group": "66666666-0000-4000-8000-000000000001",
      "order": 0,
      "enabled": true,
      "negate": false
    },
    {
      "user": 31,
      "order": 1,
      "enabled": true,
      "negate": false
    },
    {
      "policy": "77777777-0000-4000-8000-000000000001",
      "order": 2,
      "enabled": true,
      "negate": false
    }
  ]
}'
case $answer in
    *'"applied":true'* | *'"applied": true'*) ;;
    *) stop "authentik took the request but did not carry it out. Make a new plan." ;;
esac

# 3 of 3: PocketBase
pocketbase PATCH '/api/collections/_pb_users_auth_' '{
  "oauth2": {
    "enabled": true,
    "providers": [
      {
        "name": "oidc2",
        "displayName": "authentik",
        "clientId": "notes",
        "authURL": "https://authentik.company/application/o/authorize/",
        "tokenURL": "https://authentik.company/application/o/token/",
        "userInfoURL": "",
        "pkce": false,
        "extra": {
          "jwksURL": "https://authentik.company/application/o/notes/jwks/",
          "issuers": [
            "https://authentik.company/application/o/notes/"
          ]
        },
        "clientSecret": '"$client_secret"'
      }
    ]
  }
}'

echo 'Done: 3 changes made.'
