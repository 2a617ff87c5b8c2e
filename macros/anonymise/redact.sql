{% macro redact(column, replacement='***') %}
  {{ return(adapter.dispatch('redact', 'meshport')('(' ~ column ~ ')', replacement)) }}
{% endmacro %}

{% macro duckdb__redact(column, replacement) %}
  {{ return('case when ' ~ column ~ ' is not null then ' ~ (meshport.duckdb__literals([replacement]) | first) ~ ' end') }}
{% endmacro %}

{% macro databricks__redact(column, replacement) %}
  {{ return('case when ' ~ column ~ ' is not null then ' ~ (meshport.databricks__literals([replacement]) | first) ~ ' end') }}
{% endmacro %}

{% macro default__redact(column, replacement='***') %}
  {{ return(meshport.no_body('redact')) }}
{% endmacro %}
