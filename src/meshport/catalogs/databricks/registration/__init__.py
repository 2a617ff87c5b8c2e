"""What Unity Catalog knows of products beside their ports: governed tags, external metadata and lineage, whom to ask
for access, and products, ports, contracts, lineage and test results as tables.

`desired` says what should be there, `observed` what is, `diff` what differs, `apply` makes it so; `tables` is the same
for the tables, `registrar` is all of it as planning and applying need it.
"""
