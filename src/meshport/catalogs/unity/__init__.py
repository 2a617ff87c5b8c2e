"""Published products in an open-source Unity Catalog server: registered as tables over exported files, with grants.

`wanted` says what should be there, `observed` what is, `diff` what differs, `apply` makes it so.
"""
