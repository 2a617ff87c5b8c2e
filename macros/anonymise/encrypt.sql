{% macro encrypt(column, key='default') %}
  {{ return(adapter.dispatch('encrypt', 'meshport')('(' ~ column ~ ')', key)) }}
{% endmacro %}

{% macro duckdb__encrypt(column, key) %}
  {{ return('meshport_encrypt(cast(' ~ column ~ ' as varchar), ' ~ (meshport.duckdb__literals([meshport.key_name(key)]) | first) ~ ')') }}
{% endmacro %}

{# base64() of some runtimes breaks lines. #}
{% macro databricks__encrypt(column, key) %}
  {{ return(
    "translate(base64(aes_encrypt(cast(" ~ column ~ " as string), " ~ meshport.databricks__cipher_key(key) ~ ", 'GCM')), '\\r\\n', '')"
  ) }}
{% endmacro %}

{% macro default__encrypt(column, key='default') %}
  {{ return(meshport.no_body('encrypt')) }}
{% endmacro %}
