"""How people who have no account, or write from elsewhere, reach us: mail (docs/mail.md) and the public pages.

Parsing, authentication and the search for the visible reply are pure: bytes or text in, values out.
"""
