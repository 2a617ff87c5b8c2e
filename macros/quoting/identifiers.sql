{% macro identifiers(names) %}
  {{ return(adapter.dispatch('identifiers', 'meshport')(names)) }}
{% endmacro %}

{% macro duckdb__identifiers(names) %}
  {{ return(meshport.quoted_names(names, '"')) }}
{% endmacro %}

{% macro databricks__identifiers(names) %}
  {{ return(meshport.quoted_names(names, '`')) }}
{% endmacro %}

{% macro default__identifiers(names) %}
  {{ return(meshport.no_body('identifiers')) }}
{% endmacro %}
