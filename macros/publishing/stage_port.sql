{% macro stage_port(port) %}
  {{ return(adapter.dispatch('stage_port', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__stage_port(port) %}
  {% if not port.columns %}
    {% do exceptions.raise_compiler_error('the port ' ~ port.target.identifier ~ ' declares no columns') %}
  {% endif %}
  {{ return(meshport.statements([['write the audited copy',
    'create or replace table ' ~ meshport.duckdb__relation_name(port.staged) ~ ' as\nselect\n  '
    ~ (meshport.duckdb__port_values(port.columns) | join(',\n  ')) ~ '\nfrom ' ~ meshport.duckdb__filtered_rows(port) ~ ' as source_rows'
  ]])) }}
{% endmacro %}

{% macro default__stage_port(port) %}
  {{ return(meshport.no_body('stage_port')) }}
{% endmacro %}
