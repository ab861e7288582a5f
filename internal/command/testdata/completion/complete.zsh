# Prints what zsh offers for the last of the words given.
autoload -U compinit && compinit -u -D
source <(authpocket completion zsh)
_describe() { print -rl -- $completions } # works for the line editor only
words=("$@") CURRENT=$#
_authpocket
