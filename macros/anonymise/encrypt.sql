{% macro encrypt(column, key='default') %}
  {{ return(adapter.dispatch('encrypt', 'meshport')('(' ~ column ~ ')', key)) }}
{% endmacro %}

{% macro duckdb__encrypt(column, key) %}
  {{ return('meshport_encrypt(cast(' ~ column ~ ' as varchar), ' ~ (meshport.duckdb__literals([meshport.key_name(key)]) | first) ~ ')') }}
{% endmacro %}

{% macro default__encrypt(column, key='default') %}
  {{ return(meshport.no_body('encrypt')) }}
{% endmacro %}
