# This scope grants the application a refresh token that can be used to refresh user data
# and let the application access authentik without the users interaction
return {}
