{% macro tokenise(column, key='default', prefix='tok_') %}
  {{ return(adapter.dispatch('tokenise', 'meshport')('(' ~ column ~ ')', key, prefix)) }}
{% endmacro %}

{# 24 hexadecimal digits, 96 bits: two of a thousand million values share a token with a chance below 1 in 10 to the 10. #}
{% macro duckdb__tokenise(column, key, prefix) %}
  {{ return('(' ~ (meshport.duckdb__literals([prefix]) | first) ~ ' || left(' ~ meshport.duckdb__hmac(column, 'token', key) ~ ', 24))') }}
{% endmacro %}

{% macro databricks__tokenise(column, key, prefix) %}
  {{ return(
    'concat(' ~ (meshport.databricks__literals([prefix]) | first) ~ ', left('
    ~ meshport.databricks__keyed_digest(column, 'token', key) ~ ', 24))'
  ) }}
{% endmacro %}

{% macro default__tokenise(column, key='default', prefix='tok_') %}
  {{ return(meshport.no_body('tokenise')) }}
{% endmacro %}
