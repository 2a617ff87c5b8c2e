{# typeof() knows no lengths of texts, the catalog does: a length is no difference. #}
{% macro databricks__comparable_type(expression) %}
  {{ return(
    "regexp_replace(lower(replace(" ~ expression ~ ", ' ', '')), '(var)?char[(][0-9]+[)]', 'string')"
  ) }}
{% endmacro %}
