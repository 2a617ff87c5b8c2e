{% macro duckdb__quoting() %}
  {{ return({
    'identifiers': meshport.duckdb__identifiers,
    'literals': meshport.duckdb__literals,
    'relation_name': meshport.duckdb__relation_name,
  }) }}
{% endmacro %}
