regexp_matches({{ column }}, '^[A-Z]{2,3}$')
