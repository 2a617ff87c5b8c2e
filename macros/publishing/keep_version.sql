{# What a rollback will go back to, kept before rows change. Where the catalog refuses it, a port is published without. #}
{% macro keep_version(port) %}
  {{ return(adapter.dispatch('keep_version', 'meshport')(port)) }}
{% endmacro %}

{# The swap keeps it, in the same transaction. #}
{% macro duckdb__keep_version(port) %}
  {{ return([]) }}
{% endmacro %}

{# Copies are kept as they were audited, and a view has no version. #}
{% macro databricks__keep_version(port) %}
  {% set version = ((port.standing or {}).properties or {}).source_version %}
  {% if port.mode != 'clone' or not version %}
    {{ return([]) }}
  {% endif %}
  {{ return(meshport.databricks__clone(port.previous, port.source, version)) }}
{% endmacro %}

{% macro default__keep_version(port) %}
  {{ return(meshport.no_body('keep_version')) }}
{% endmacro %}
