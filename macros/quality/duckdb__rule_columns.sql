{% macro duckdb__rule_columns(alias, names) %}
  {% set columns = [] %}
  {% for name in meshport.duckdb__identifiers(names) %}
    {% do columns.append(alias ~ '.' ~ name) %}
  {% endfor %}
  {{ return(columns) }}
{% endmacro %}
