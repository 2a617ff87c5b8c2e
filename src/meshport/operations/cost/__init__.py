"""What it costs: the bill shared out to models, products, domains and consumers, exactly.

`allocating` is the arithmetic, `attributing` says whose work something was, `bill` puts both together for a platform
that bills, `runs` for one that does not; `budgets` compares with what was agreed, `summary` adds up.
"""
