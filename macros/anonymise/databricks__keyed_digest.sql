{# Databricks has no HMAC, and binary pads cannot be made from a secret in SQL: so a hash of the key and a hash, which is
   no less safe against somebody without the key, and not equal to what DuckDB's bodies return. #}
{% macro databricks__keyed_digest(column, purpose, key) %}
  {% set secret = meshport.databricks__secret(key) %}
  {{ return(
    'sha2(concat(' ~ secret ~ ', sha2(concat(' ~ secret ~ ", 'meshport " ~ purpose ~ ":', cast(" ~ column ~ ' as string)), 256)), 256)'
  ) }}
{% endmacro %}
