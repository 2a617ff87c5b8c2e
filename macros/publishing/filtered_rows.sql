{% macro filtered_rows(port) %}
  {{ return(adapter.dispatch('filtered_rows', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__filtered_rows(port) %}
  {{ return(meshport.rows_of(meshport.duckdb__relation_name(port.source), port.row_filter)) }}
{% endmacro %}

{% macro databricks__filtered_rows(port) %}
  {{ return(meshport.rows_of(meshport.databricks__relation_name(port.source), port.row_filter)) }}
{% endmacro %}

{% macro default__filtered_rows(port) %}
  {{ return(meshport.no_body('filtered_rows')) }}
{% endmacro %}
