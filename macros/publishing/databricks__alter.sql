{# ALTER VIEW knows no columns; ALTER TABLE takes a view where a column of it is meant. #}
{% macro databricks__alter(relation, column=none) %}
  {% set name = meshport.databricks__relation_name(relation) %}
  {% if column %}
    {{ return('alter table ' ~ name ~ ' alter column ' ~ (meshport.databricks__identifiers([column]) | first)) }}
  {% endif %}
  {{ return('alter ' ~ ('view ' if relation.is_view else 'table ') ~ name) }}
{% endmacro %}
