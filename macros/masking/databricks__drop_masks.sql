{% macro databricks__drop_masks(port) %}
  {% set name = meshport.databricks__relation_name(port.target) %}
  {% set standing = meshport.databricks__standing_masks(port) %}
  {% set steps = [] %}
  {% for column in port.columns if not column.mask and column.name | lower in standing %}
    {% do steps.append(['unmask the column ' ~ column.name,
      'alter table ' ~ name ~ ' alter column ' ~ (meshport.databricks__identifiers([column.name]) | first) ~ ' drop mask'
    ]) %}
  {% endfor %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}
