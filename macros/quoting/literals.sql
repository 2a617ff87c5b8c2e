{% macro literals(values) %}
  {{ return(adapter.dispatch('literals', 'meshport')(values)) }}
{% endmacro %}

{% macro duckdb__literals(values) %}
  {{ return(meshport.quoted_texts(values, [["'", "''"]])) }}
{% endmacro %}

{# A backslash escapes, and two quotes would join two texts. Spark also fills variables in before it reads literals:
   the dollar of ${...} is written as its number. #}
{% macro databricks__literals(values) %}
  {{ return(meshport.quoted_texts(values, [['\\', '\\\\'], ["'", "\\'"], ['${', '\\u0024{']])) }}
{% endmacro %}

{% macro default__literals(values) %}
  {{ return(meshport.no_body('literals')) }}
{% endmacro %}
