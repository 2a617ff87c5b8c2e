{# Columns that are added bring their masks with them. #}
{% macro databricks__change_masks(port) %}
  {% set name = meshport.databricks__relation_name(port.target) %}
  {% set standing = meshport.databricks__standing_masks(port) %}
  {% set there = (port.standing.columns if port.standing else port.columns | map(attribute='name')) | map('lower') | list %}
  {% set steps = [] %}
  {% for column in port.columns if column.mask and not column.mask.tag and column.name | lower in there %}
    {% if standing.get(column.name | lower) != meshport.databricks__function_key(column.mask.function) %}
      {% do steps.append(['mask the column ' ~ column.name,
        'alter table ' ~ name ~ ' alter column ' ~ (meshport.databricks__identifiers([column.name]) | first)
        ~ ' set mask ' ~ meshport.databricks__relation_name(column.mask.function)
      ]) %}
    {% endif %}
  {% endfor %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}
