"""The API for programs, `/api/v1`: the same views under the same permissions as the pages, as JSON.

Where to put the next route: a handler in the module of what it is about, what it sends in `shapes`; `routes` lists it.
"""
