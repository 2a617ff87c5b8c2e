regexp_matches({{ column }}, '^[A-Z]{3}$')
