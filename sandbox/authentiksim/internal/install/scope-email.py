return {
    "email": request.user.email,
    "email_verified": False
}
