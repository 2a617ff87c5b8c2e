"""Who may read what: principals, and subscriptions from request to revocation."""
