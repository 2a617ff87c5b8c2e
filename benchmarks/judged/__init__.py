"""A judged set for the order of search results: products, queries, and which products answer a query how well."""
