{% macro looks_masked(column, mask) %}
  {{ return(adapter.dispatch('looks_masked', 'meshport')(column, mask)) }}
{% endmacro %}

{# Keyed results are known by their shape. Every other method changes nothing when applied twice: what it would
   still change has not been masked. #}
{% macro duckdb__looks_masked(column, mask) %}
  {% set text = 'cast(' ~ column ~ ' as varchar)' %}
  {% if mask.method == 'keyed_hash' %}
    {{ return('regexp_full_match(' ~ text ~ ", '[0-9a-f]{64}')") }}
  {% elif mask.method == 'tokenise' %}
    {% set prefix = (mask.arguments or {}).get('prefix', 'tok_') %}
    {{ return(
      '(starts_with(' ~ text ~ ', ' ~ (meshport.duckdb__literals([prefix]) | first) ~ ') and regexp_full_match(substr('
      ~ text ~ ', ' ~ (prefix | length + 1) ~ "), '[0-9a-f]{24}'))"
    ) }}
  {% elif mask.method == 'encrypt' %}
    {{ return('regexp_full_match(' ~ text ~ ", '[A-Za-z0-9+/]{38,}={0,2}')") }}
  {% endif %}
  {{ return('(' ~ column ~ ' is not distinct from ' ~ meshport.mask_expression(column, mask) ~ ')') }}
{% endmacro %}

{% macro default__looks_masked(column, mask) %}
  {{ return(meshport.no_body('looks_masked')) }}
{% endmacro %}
