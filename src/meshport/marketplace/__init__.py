"""The marketplace: where consumers find, judge and ask for products, and owners decide.

Three tiers in one process: pages and API (`pages`, `api`), what they show (`views`, read from the registry), and the
registry itself. A request goes one way: `app` → `identity` (who) → `permissions` (may they) → a page → a view → a
template. Where to put the next page: a handler in `pages` (for programs in `api`), what it shows in `views`, how in
`templates`.
"""
