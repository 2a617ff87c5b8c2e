{% macro databricks__change_row_filter(port) %}
  {% set standing = port.standing.row_filter | lower if port.standing and port.standing.row_filter else none %}
  {% set declared = meshport.databricks__function_key(port.row_filter.function) if port.row_filter else none %}
  {% if standing == declared %}
    {{ return([]) }}
  {% endif %}
  {% set change = 'set ' ~ meshport.databricks__row_filter_clause(port.row_filter) if declared else 'drop row filter' %}
  {{ return(meshport.statements([['change the row filter',
    'alter table ' ~ meshport.databricks__relation_name(port.target) ~ ' ' ~ change
  ]])) }}
{% endmacro %}
