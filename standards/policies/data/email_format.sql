regexp_matches({{ column }}, '^[^@\s]+@[^@\s]+[.][^@\s]+$')
