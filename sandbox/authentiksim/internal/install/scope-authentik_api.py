# This scope grants the application the ability to access the authentik API
# on behalf of the authorizing user
return {}
