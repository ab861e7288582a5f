# Prints what fish offers for the last of the words given.
authpocket completion fish | source
complete -C "$argv"
