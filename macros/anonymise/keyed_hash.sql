{% macro keyed_hash(column, key='default') %}
  {{ return(adapter.dispatch('keyed_hash', 'meshport')('(' ~ column ~ ')', key)) }}
{% endmacro %}

{% macro duckdb__keyed_hash(column, key) %}
  {{ return(meshport.duckdb__hmac(column, 'hash', key)) }}
{% endmacro %}

{% macro databricks__keyed_hash(column, key) %}
  {{ return(meshport.databricks__keyed_digest(column, 'hash', key)) }}
{% endmacro %}

{% macro default__keyed_hash(column, key='default') %}
  {{ return(meshport.no_body('keyed_hash')) }}
{% endmacro %}
