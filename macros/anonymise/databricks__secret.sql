{# The secret itself is in no SQL text: who runs the query must be allowed to read it in the scope. #}
{% macro databricks__secret(key) %}
  {% set names = meshport.databricks__literals([var('meshport_secret_scope', 'meshport'), meshport.key_name(key)]) %}
  {{ return('secret(' ~ (names | join(', ')) ~ ')') }}
{% endmacro %}
