{# One statement, so that no new column is there without its mask. A clone brings columns of no declared type. #}
{% macro databricks__add_columns(port) %}
  {% set there = port.standing.columns | map('lower') | list %}
  {% set missing = [] %}
  {% for column in port.columns if column.name | lower not in there and (column.data_type or port.mode != 'clone') %}
    {% if not column.data_type %}
      {% do exceptions.raise_compiler_error(
        'the new column ' ~ column.name ~ ' of the port ' ~ port.target.identifier ~ ' declares no data_type: add one'
      ) %}
    {% endif %}
    {% do missing.append(column) %}
  {% endfor %}
  {% if not missing %}
    {{ return([]) }}
  {% endif %}
  {{ return(meshport.statements([['add columns',
    'alter table ' ~ meshport.databricks__relation_name(port.target) ~ ' add columns (\n  '
    ~ (meshport.databricks__column_clauses(missing) | join(',\n  ')) ~ '\n)'
  ]])) }}
{% endmacro %}
