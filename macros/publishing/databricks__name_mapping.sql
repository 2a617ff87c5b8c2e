{# Parquet takes no such characters in a column's name: Delta has to give columns other names in the files. #}
{% macro databricks__name_mapping(columns) %}
  {% for column in columns if modules.re.search('[ ,;{}()\\n\\t=]', column.name) %}
    {{ return("\ntblproperties ('delta.columnMapping.mode' = 'name')") }}
  {% endfor %}
  {{ return('') }}
{% endmacro %}
