{# HMAC (RFC 2104) over the pads that meshport.keys put into the session: the key itself is in no SQL text. #}
{% macro duckdb__hmac(column, purpose, key) %}
  {% set inner = 'sha256(' ~ meshport.duckdb__pad('inner', purpose, key) ~ ' || encode(cast(' ~ column ~ ' as varchar)))' %}
  {{ return('sha256(' ~ meshport.duckdb__pad('outer', purpose, key) ~ ' || unhex(' ~ inner ~ '))') }}
{% endmacro %}
