"""Access to accounts at vendors with OAuth 2 (RFC 6749) and PKCE (RFC 7636), the same for each vendor.

```python
address = consent.begin(GOOGLE, SCOPES, Asker(user, session), redirect_uri, {"connection": name}, now)
started, grant = consent.finish(params, Asker(user, session), now)   # after the vendor sent the browser back
consent.require(GOOGLE, NEEDED, grant)                               # people may untick scopes
tokens.store(Holder("Calendar Connection", name), grant)
access = tokens.access_token(GOOGLE, Holder("Calendar Connection", name), now)
```

`vendors.py` lists the vendors, `consent.py` leads to a vendor's consent page and back, `tokens.py` keeps the tokens.
"""
