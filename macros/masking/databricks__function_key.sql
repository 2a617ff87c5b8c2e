{# A function as information_schema names it, less any quotes; none where there is none. #}
{% macro databricks__function_key(function) %}
  {% set name = (function.database ~ '.' ~ function.schema ~ '.' ~ function.identifier) | lower | replace('`', '') if function else none %}
  {{ return(name) }}
{% endmacro %}
