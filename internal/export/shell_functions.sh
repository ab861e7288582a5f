
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
