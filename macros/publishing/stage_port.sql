{% macro stage_port(port) %}
  {{ return(adapter.dispatch('stage_port', 'meshport')(port)) }}
{% endmacro %}

{# Columns are read through `source_rows`: another column's alias cannot stand in for the raw value. #}
{% macro duckdb__stage_port(port) %}
  {% if not port.columns %}
    {% do exceptions.raise_compiler_error('the port ' ~ port.target.identifier ~ ' declares no columns') %}
  {% endif %}
  {% set names = meshport.duckdb__identifiers(port.columns | map(attribute='name')) %}
  {% set columns = [] %}
  {% for column in port.columns %}
    {% set value = 'source_rows.' ~ names[loop.index0] %}
    {# Only a mask's result is cast: a column that is not of its declared type must not pass verification by a cast. #}
    {% if column.mask %}
      {% set value = meshport.mask_expression(value, column.mask) %}
      {% set value = 'cast(' ~ value ~ ' as ' ~ column.data_type ~ ')' if column.data_type else value %}
    {% endif %}
    {% do columns.append(value ~ ' as ' ~ names[loop.index0]) %}
  {% endfor %}
  {{ return(meshport.statements([['write the audited copy',
    'create or replace table ' ~ meshport.duckdb__relation_name(port.staged) ~ ' as\nselect\n  '
    ~ (columns | join(',\n  ')) ~ '\nfrom ' ~ meshport.duckdb__filtered_rows(port) ~ ' as source_rows'
  ]])) }}
{% endmacro %}

{% macro default__stage_port(port) %}
  {{ return(meshport.no_body('stage_port')) }}
{% endmacro %}
