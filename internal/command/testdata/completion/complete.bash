# Prints what bash offers for the last of the words given.
source /usr/share/bash-completion/bash_completion
source <(authpocket completion bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_TYPE=9 COMP_KEY=9
COMP_POINT=${#COMP_LINE}
compopt() { :; } # works for the line editor only
__start_authpocket
printf '%s\n' "${COMPREPLY[@]}"
