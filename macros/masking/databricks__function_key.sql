{# A function as information_schema names it; none where there is none. #}
{% macro databricks__function_key(function) %}
  {{ return((function.database ~ '.' ~ function.schema ~ '.' ~ function.identifier) | lower if function else none) }}
{% endmacro %}
