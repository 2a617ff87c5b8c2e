{% macro databricks__row_filter_clause(row_filter) %}
  {{ return(
    'row filter ' ~ meshport.databricks__relation_name(row_filter.function)
    ~ ' on (' ~ (meshport.databricks__identifiers(row_filter.columns) | join(', ')) ~ ')'
  ) }}
{% endmacro %}
