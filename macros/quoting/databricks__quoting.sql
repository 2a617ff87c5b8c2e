{% macro databricks__quoting() %}
  {{ return({
    'identifiers': meshport.databricks__identifiers,
    'literals': meshport.databricks__literals,
    'relation_name': meshport.databricks__relation_name,
  }) }}
{% endmacro %}
