{# 32 bytes for AES-256, whatever the length of the secret. #}
{% macro databricks__cipher_key(key) %}
  {{ return("unhex(sha2(concat(" ~ meshport.databricks__secret(key) ~ ", 'meshport encrypt'), 256))") }}
{% endmacro %}
