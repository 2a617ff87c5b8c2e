{% macro nullify(column) %}
  {{ return(adapter.dispatch('nullify', 'meshport')('(' ~ column ~ ')')) }}
{% endmacro %}

{# The case keeps the column's type, which a bare null has not. #}
{% macro duckdb__nullify(column) %}
  {{ return('case when false then ' ~ column ~ ' end') }}
{% endmacro %}

{% macro databricks__nullify(column) %}
  {{ return(meshport.duckdb__nullify(column)) }}
{% endmacro %}

{% macro default__nullify(column) %}
  {{ return(meshport.no_body('nullify')) }}
{% endmacro %}
