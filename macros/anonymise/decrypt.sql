{% macro decrypt(column, key='default') %}
  {{ return(adapter.dispatch('decrypt', 'meshport')('(' ~ column ~ ')', key)) }}
{% endmacro %}

{% macro duckdb__decrypt(column, key) %}
  {{ return('meshport_decrypt(cast(' ~ column ~ ' as varchar), ' ~ (meshport.duckdb__literals([meshport.key_name(key)]) | first) ~ ')') }}
{% endmacro %}

{% macro databricks__decrypt(column, key) %}
  {{ return(
    'cast(aes_decrypt(unbase64(cast(' ~ column ~ ' as string)), ' ~ meshport.databricks__cipher_key(key) ~ ", 'GCM') as string)"
  ) }}
{% endmacro %}

{% macro default__decrypt(column, key='default') %}
  {{ return(meshport.no_body('decrypt')) }}
{% endmacro %}
