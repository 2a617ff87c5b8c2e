{% macro rule_columns(alias, names, quoting) %}
  {% set columns = [] %}
  {% for name in quoting.identifiers(names) %}
    {% do columns.append(alias ~ '.' ~ name) %}
  {% endfor %}
  {{ return(columns) }}
{% endmacro %}
