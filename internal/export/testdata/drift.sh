#!/bin/sh
# Makes the changes of an authpocket plan with curl: run it once, while both
# systems are as they were when the plan was made. It stops at the first call
# that fails; then make a new plan. There is no secret in it.
#
# It needs these environment variables:
#   AUTHENTIK_TOKEN           an API token of an authentik administrator
#   POCKETBASE_TOKEN          a token of a PocketBase superuser
#   POCKETBASE_CLIENT_SECRET  the client secret that authentik has
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

: "${POCKETBASE_CLIENT_SECRET:?Set it to the client secret that authentik has.}"
printable POCKETBASE_CLIENT_SECRET "$POCKETBASE_CLIENT_SECRET"
client_secret="\"$(escaped "$POCKETBASE_CLIENT_SECRET")\""

# Providers that were added to the collection since would be lost.
pocketbase GET '/api/collections?fields=id%2Cupdated&filter=id%3D%22_pb_users_auth_%22' ''
case $answer in
    *'"updated":"2026-11-20 10:00:00.000Z"'*) ;;
    *) stop "The collection was changed since the plan was made. Nothing was written; make a new plan." ;;
esac

# 1 of 6: authentik
authentik POST '/api/v3/policies/bindings/' '{
  "target": "44444444-0000-4000-8000-000000000001",
  "group": "66666666-0000-4000-8000-000000000002",
  "order": 1,
  "enabled": true,
  "negate": false
}'

# 2 of 6: authentik
authentik PATCH '/api/v3/core/applications/pocketbase/' '{
  "group": "Apps",
  "meta_launch_url": "",
  "meta_description": "Notes | tables\nfor everyone"
}'

# 3 of 6: authentik
authentik PATCH '/api/v3/providers/oauth2/7/' '{
  "name": "Provider for PocketBase",
  "access_token_validity": "hours=1",
  "property_mappings": [
    "33333333-0000-4000-8000-000000000001",
    "33333333-0000-4000-8000-000000000003",
    "33333333-0000-4000-8000-000000000006"
  ]
}'

# 4 of 6: PocketBase
pocketbase PATCH '/api/settings' '{
  "meta": {
    "hideControls": false
  }
}'

# 5 of 6: PocketBase
pocketbase PATCH '/api/collections/_pb_users_auth_' '{
  "createRule": "@request.context = \"oauth2\""
}'

# 6 of 6: PocketBase
pocketbase PATCH '/api/collections/_pb_users_auth_' '{
  "oauth2": {
    "mappedFields": {
      "username": "handle"
    },
    "providers": [
      {
        "authURL": "",
        "clientId": "google-client",
        "displayName": "Google",
        "extra": null,
        "name": "google",
        "pkce": null,
        "tokenURL": "",
        "userInfoURL": ""
      },
      {
        "name": "oidc",
        "displayName": "authentik",
        "clientId": "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7b",
        "authURL": "https://authentik.company/application/o/authorize/",
        "tokenURL": "https://authentik.company/application/o/token/",
        "userInfoURL": "https://authentik.company/application/o/userinfo/",
        "pkce": true,
        "extra": null,
        "clientSecret": '"$client_secret"'
      }
    ]
  }
}'

echo 'Done: 6 changes made.'
