{% macro stage_port(port) %}
  {{ return(adapter.dispatch('stage_port', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__stage_port(port) %}
  {% do meshport.refuse_no_columns(port) %}
  {{ return(meshport.statements([['write the audited copy',
    'create or replace table ' ~ meshport.duckdb__relation_name(port.staged) ~ ' as\nselect\n  '
    ~ (meshport.port_values(port.columns, meshport.duckdb__quoting()) | join(',\n  '))
    ~ '\nfrom ' ~ meshport.duckdb__filtered_rows(port) ~ ' as source_rows'
  ]])) }}
{% endmacro %}

{# A pin cannot be part of another statement: DESCRIBE is no query. The newest version comes first, in its first column. #}
{% macro databricks__stage_port(port) %}
  {% do meshport.refuse_no_columns(port) %}
  {% set source = meshport.databricks__relation_name(port.source) %}
  {% if port.mode == 'view' %}
    {{ return([]) }}
  {% elif port.mode == 'clone' %}
    {{ return(meshport.statements([['pin the newest version', 'describe history ' ~ source ~ ' limit 1']], expect='pin')) }}
  {% endif %}
  {{ return(meshport.statements([['write the audited copy',
    'create or replace table ' ~ meshport.databricks__relation_name(port.audited)
    ~ meshport.databricks__name_mapping(port.columns) ~ ' as\nselect\n  '
    ~ (meshport.databricks__identifiers(port.columns | map(attribute='name')) | join(',\n  ')) ~ '\nfrom ' ~ source
  ]])) }}
{% endmacro %}

{% macro default__stage_port(port) %}
  {{ return(meshport.no_body('stage_port')) }}
{% endmacro %}
